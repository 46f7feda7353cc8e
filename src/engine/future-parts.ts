import { RunstateError } from '../kernel/errors.ts';
import { copyStorable } from '../kernel/json.ts';
import { isTerminal, TaskStatus } from '../kernel/task-state.ts';
import { Completions } from './future-completions.ts';
import { FutureSlot } from './future-slot.ts';
import type { SlotStart } from './future-slot.ts';
import type { FutureSource, FutureSubmitter, FutureTask } from './future-source.ts';
import { refusedValue } from './future-value.ts';
import { assertSubmitOptions } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import type { Submittable } from './types.ts';

/** Whether a list of inputs was given, or one input as one. */
export type FutureShape = 'list' | 'one';

/** What a future is made of. */
export interface FutureParts<TOutput = unknown> {
  readonly source: FutureSource;
  /** The plugin's name. */
  readonly plugin: string;
  readonly shape: FutureShape;
  readonly slots: readonly FutureSlot<TOutput>[];
  readonly completions: Completions<TOutput>;
}

/** What came of one submission: a task, or what it was refused with. */
export type Submission =
  | { readonly input: unknown; readonly task: FutureTask }
  | { readonly input: unknown; readonly thrown: unknown };

/** Refusals that would meet every input of the list alike. */
const refusesAll: ReadonlySet<unknown> = new Set([
  'ENGINE_NOT_RUNNING',
  'INVALID_OPTION',
  'PLUGIN_DUPLICATE',
  'PLUGIN_NOT_PORTABLE',
  'PLUGIN_UNKNOWN',
  'RESOURCE_TOO_SMALL',
]);

/**
 * Submits one task for each input.
 *
 * @throws {@link RunstateError} what would meet every input alike; no task is made then
 */
export function submitEach<TOutput>(
  source: FutureSubmitter,
  plugin: string | Submittable,
  inputs: unknown,
  options: SubmitOptions | undefined,
): FutureParts<TOutput> {
  const name = source.nameOf(plugin);
  if (options !== undefined) assertSubmitOptions(options);
  const isList = Array.isArray(inputs);
  const given: readonly unknown[] = isList ? Array.from(inputs) : [inputs];
  const key = options?.idempotencyKey;
  /** What was refused need not be data at all. */
  const seen = (input: unknown): unknown => {
    const copied = copyStorable(input);
    return copied.problem === null ? source.redact(plugin, copied.copy) : input;
  };
  let isUntouched = true;
  const submitOne = (input: unknown, index: number): Submission => {
    const own =
      key === undefined || !isList ? options : { ...options, idempotencyKey: `${key}/${index}` };
    try {
      const task = source.submit(plugin, input, own);
      isUntouched = false;
      return { input: task.input, task };
    } catch (error) {
      if (isUntouched && error instanceof RunstateError && refusesAll.has(error.code)) throw error;
      return { input: seen(input), thrown: error };
    }
  };
  return partsOf(source, name, isList ? 'list' : 'one', given.map(submitOne));
}

/** A future over submissions that were made, in their order. */
export function partsOf<TOutput>(
  source: FutureSource,
  plugin: string,
  shape: FutureShape,
  submissions: readonly Submission[],
): FutureParts<TOutput> {
  const now = source.clock.now();
  const slots = submissions.map(
    (submission, index) =>
      new FutureSlot<TOutput>({ source, plugin }, startOf(submission, index, plugin, now)),
  );
  const completions = new Completions(slots);
  const followed: Followed<TOutput>[] = [];
  for (const [index, slot] of slots.entries()) {
    const submission = submissions[index];
    if (submission !== undefined && 'task' in submission) followed.push([slot, submission.task]);
    else completions.known(slot);
  }
  followAll(followed, completions);
  return { source, plugin, shape, slots, completions };
}

function startOf(
  submission: Submission,
  index: number,
  plugin: string,
  now: number,
): SlotStart<never> {
  const { input } = submission;
  if ('task' in submission) {
    const { id: taskId, submittedAt } = submission.task;
    return { index, input, taskId, submittedAt, status: TaskStatus.PENDING, value: null };
  }
  const value = refusedValue({ index, input }, plugin, submission.thrown, now);
  return { index, input, taskId: null, submittedAt: now, status: value.taskStatus, value };
}

/** A computation with its task. */
export type Followed<TOutput> = readonly [slot: FutureSlot<TOutput>, task: FutureTask];

/** Follows tasks to their ends; those that have ended come in the order in which they did. */
export function followAll<TOutput>(
  followed: readonly Followed<TOutput>[],
  completions: Completions<TOutput>,
): void {
  const hasEnded = ([, task]: Followed<TOutput>): boolean => isTerminal(task.status);
  const ended = followed
    .filter(hasEnded)
    .toSorted(([, a], [, b]) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  const live = followed.filter((each) => !hasEnded(each));
  for (const [slot, task] of [...ended, ...live]) slot.follow(task, completions);
}
