import { errorLines } from '../engine/error-lines.ts';
import { jobLines } from '../engine/job-tree.ts';
import type { JobTree } from '../engine/job-tree.ts';
import type { Actor } from '../kernel/task-event.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { StoredAttempt } from '../kernel/task-store.ts';
import { eventLine } from './event-line.ts';
import { paintStatus } from './paint.ts';
import type { Paint } from './paint.ts';
import type { ShownTask } from './show-command.ts';
import { counted, durationText, momentText, oneLine, plainText } from './words.ts';

/** Values and lists of more than this are cut, in characters and lines. */
const longestValue = 2_000;
const mostEvents = 40;
const mostSteps = 60;

const labelWidth = 11;

const field = (name: string, text: string): string => `  ${name.padEnd(labelWidth)}${text}`;

/** All that a store has of a task, as a page for people. */
export function taskPage({ found, events, job }: ShownTask, isFull: boolean, paint: Paint): string {
  const { task, state, error, result, output, checkpoint } = found;
  const status = paintStatus(paint, statusOf(state));
  const inWords = statusOf(state) === state ? status : `${status} (${state})`;
  const value = (name: string, given: unknown): string[] =>
    given === undefined || given === null || given === ''
      ? []
      : [`${paint('bold', name)}\n${indented(valueText(given, isFull))}`];
  const shown = isFull ? events : events.slice(-mostEvents);
  const earlier = events.length - shown.length;
  return [
    `${paint('bold', `task ${task.id}`)} ${oneLine(task.plugin)}: ${inWords}`,
    ...facts(found).map(([name, text]) => field(name, text)),
    ...(job === null ? value('input', task.input) : jobPart(job, isFull, paint)),
    ...value('output', output),
    ...(isSame(result?.payload, output) ? [] : value('payload', result?.payload)),
    ...value('summary', result?.summary),
    ...value('checkpoint', result === null ? checkpoint : undefined),
    ...(error === null ? [] : [paint('bold', 'error'), indented(errorLines(error).join('\n'))]),
    ...(events.length === 0 ? [] : [paint('bold', 'events')]),
    ...(earlier > 0 ? [`  (${counted(earlier, 'earlier event')}: --full)`] : []),
    ...shown.map((event) => `  ${eventLine(event)}`),
  ].join('\n');
}

/** A job in place of its input: every step with its state. */
function jobPart(job: JobTree, isFull: boolean, paint: Paint): readonly string[] {
  const inColour = (state: JobTree['state'], text: string): string => paint(styles[state], text);
  const most = isFull ? Number.POSITIVE_INFINITY : mostSteps;
  const lines = jobLines(job, { paint: inColour, mostSteps: most });
  return [paint('bold', 'steps'), ...lines.map((line) => `  ${line}`)];
}

const styles = {
  pending: 'dim',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  timedOut: 'red',
  awaitingOperator: 'magenta',
  skipped: 'dim',
} as const satisfies Record<JobTree['state'], Parameters<Paint>[0]>;

const stepText = (path: string): string => (path === '' ? 'all of it' : path);

type Fact = readonly [name: string, text: string];

function facts({ task, startedAt, endedAt, attemptList }: ShownTask['found']): readonly Fact[] {
  const { name, tags = [], note, by, rerunOf, idempotencyKey, effect } = task;
  const { submittedAt, options, parent } = task;
  const given: readonly (readonly [name: string, text: string | null])[] = [
    ['name', name ?? null],
    ['tags', tags.length === 0 ? null : tags.join(', ')],
    ['note', note ?? null],
    ['submitted', `${momentText(submittedAt)}${by === undefined ? '' : ` by ${actorText(by)}`}`],
    [
      'started',
      startedAt === null
        ? null
        : `${momentText(startedAt)}, after ${durationText(startedAt - submittedAt)}`,
    ],
    [
      'ended',
      endedAt === null
        ? null
        : `${momentText(endedAt)}, after ${durationText(endedAt - (startedAt ?? submittedAt))}`,
    ],
    ['effect', effect],
    ['requires', options.requires?.join(', ') ?? null],
    ['step of', parent === undefined ? null : `task ${parent.id}, ${stepText(parent.step)}`],
    ['rerun of', rerunOf === undefined ? null : `task ${rerunOf}`],
    ['key', idempotencyKey ?? null],
  ];
  return [
    ...given.flatMap(([label, text]): Fact[] => (text === null ? [] : [[label, oneLine(text)]])),
    ...attemptList.map((attempt): Fact => [`attempt ${attempt.attempt}`, attemptText(attempt)]),
  ];
}

/** A person or client, with the way by which they came in. */
export const actorText = ({ who, role, via, from }: Actor): string =>
  [
    who,
    ...(role === undefined ? [] : [`(${role})`]),
    ...(via === undefined ? [] : [`via ${via}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
  ].join(' ');

function attemptText({ runner, place, at, endedAt, outcome, error }: StoredAttempt): string {
  const where = place === null ? runner : `${runner} ${place.pid} on ${place.host}`;
  const took = endedAt === null ? '' : ` after ${durationText(endedAt - at)}`;
  const why = error === null ? '' : `: ${error.message}`;
  return oneLine(`${where}, ${outcome ?? 'not ended'}${took}${why}`);
}

function valueText(value: unknown, isFull: boolean): string {
  const text = JSON.stringify(value, null, 2) ?? '';
  if (isFull || text.length <= longestValue) return text;
  return `${text.slice(0, longestValue)}…\n(${text.length} characters in all: --full)`;
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const indented = (text: string): string => plainText(text).replaceAll(/^/gm, '  ');
