import type { StepState, StoredStep } from '../kernel/job-steps.ts';
import type { JobDocument, StepDocument, StepType } from '../wire/job-document.ts';
import { planJob } from '../wire/job-plan.ts';
import type { TaskHandle } from './task-handle.ts';

/** A step of a job as it is drawn. */
export interface JobTree {
  /** Where it stands in the job; empty for the job itself. */
  readonly path: string;
  readonly type: StepType;
  /** Its name, or what it does. */
  readonly label: string;
  /** `pending` before its start, `skipped` when the job ended without it. */
  readonly state: StepState | 'pending' | 'skipped';
  /** How far it has come, in percent, where that is known. */
  readonly progress: number | null;
  /** The task that does its work. */
  readonly taskId: number | null;
  /** Why it did not complete. */
  readonly error: string | null;
  readonly steps: readonly JobTree[];
}

/** What a job is drawn from. */
export interface JobView {
  readonly document: JobDocument;
  readonly steps: readonly StoredStep[];
  /** It has settled: what was not started never is. */
  readonly isSettled: boolean;
  /** How far a task has come, in percent; null where that is not known. */
  readonly progressOf: (taskId: number) => number | null;
}

/** What a step does, in a few words. */
function labelOf(step: StepDocument): string {
  const { name } = step as { readonly name?: string };
  switch (step.type) {
    case 'command':
      return name ?? `${step.device} ${step.command}`;
    case 'task':
      return name ?? step.plugin;
    case 'action':
      return name ?? step.action ?? 'action';
    default:
      return name ?? step.type;
  }
}

/** A job as a tree of its steps, each with its state. */
export function jobTree({ document, steps, isSettled, progressOf }: JobView): JobTree {
  const byPath = new Map(steps.map((step) => [step.path, step]));
  const plan = planJob(document);
  const trees: JobTree[] = [];
  for (const step of plan.toReversed()) {
    const known = byPath.get(step.path);
    const taskId = known?.taskId ?? null;
    const isDone = known?.state === 'completed';
    trees[step.index] = {
      path: step.path,
      type: step.document.type,
      label: labelOf(step.document),
      state: known?.state ?? (isSettled ? 'skipped' : 'pending'),
      progress: isDone ? 100 : taskId === null ? null : progressOf(taskId),
      taskId,
      error: known?.error?.message ?? null,
      steps: step.steps.flatMap((index) => trees[index] ?? []),
    };
  }
  return trees[0] as JobTree;
}

/**
 * The tree of a job's steps, as they stand now.
 *
 * @throws {@link RunstateError} `TASK_FORGOTTEN` when its record was dropped from the store
 */
export async function drawJob(handle: TaskHandle): Promise<JobTree> {
  const [steps, children] = await Promise.all([handle.steps(), handle.children()]);
  const progress = new Map<number, number>();
  for (const child of children) {
    if (child.status !== 'running') continue;
    const told = child.events$.subscribe((event) => {
      if (event.type === 'progress') progress.set(child.id, event.percent);
    });
    told.unsubscribe();
  }
  return jobTree({
    document: handle.input as JobDocument,
    steps,
    isSettled: handle.endedAt !== null,
    progressOf: (taskId) => progress.get(taskId) ?? null,
  });
}

const signs: Readonly<Record<JobTree['state'], string>> = {
  pending: '·',
  running: '▶',
  completed: '✔',
  failed: '✘',
  cancelled: '■',
  timedOut: '✘',
  awaitingOperator: '?',
  skipped: '–',
};

/** How a part of the drawing is coloured; it gives the text back where there is no colour. */
export type JobPaint = (state: JobTree['state'], text: string) => string;

/** A job's tree as lines of text, one for each step; from `mostSteps` on they are only counted. */
export function jobLines(
  root: JobTree,
  { paint = (_, text) => text, mostSteps = 200 }: { paint?: JobPaint; mostSteps?: number } = {},
): readonly string[] {
  const lines: string[] = [];
  const open: { tree: JobTree; lead: string; branch: string }[] = [
    { tree: root, lead: '', branch: '' },
  ];
  let left = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { tree, lead, branch } = next;
    if (lines.length >= mostSteps) left += 1;
    else lines.push(`${lead}${branch}${lineOf(tree, paint)}`);
    const below = branch === '' ? '' : `${lead}${branch.startsWith('└') ? '   ' : '│  '}`;
    const last = tree.steps.length - 1;
    for (let at = last; at >= 0; at -= 1) {
      const step = tree.steps[at];
      const mark = at === last ? '└─ ' : '├─ ';
      if (step !== undefined) open.push({ tree: step, lead: below, branch: mark });
    }
  }
  return left === 0 ? lines : [...lines, `and ${left} more`];
}

function lineOf(tree: JobTree, paint: JobPaint): string {
  const { type, label, state, progress, taskId, error } = tree;
  const isInner = type === 'sequential' || type === 'parallel';
  const what = isInner && label !== type ? `${label} (${type})` : label;
  const parts = [
    `${paint(state, signs[state])} ${what}`,
    ...(state === 'completed' ? [] : [paint(state, state)]),
    ...(progress === null || progress === 100 ? [] : [`${Math.floor(progress)} %`]),
    ...(taskId === null ? [] : [`task ${taskId}`]),
    ...(error === null ? [] : [error]),
  ];
  return parts.join('  ').replaceAll(/[\s\p{Cc}]*[\n\p{Cc}][\s\p{Cc}]*/gu, ' ');
}

const colours: Readonly<Partial<Record<JobTree['state'], string>>> = {
  running: 'fill:#cfe8ff,stroke:#0b61a4',
  completed: 'fill:#d6f5d6,stroke:#2b7a2b',
  failed: 'fill:#fbd5d5,stroke:#a12020',
  timedOut: 'fill:#fbd5d5,stroke:#a12020',
  cancelled: 'fill:#fdf0c4,stroke:#8a6d00',
  awaitingOperator: 'fill:#ecd9fb,stroke:#6a2aa1',
};

/** A job's tree as a Mermaid flowchart, each step in the colour of its state. */
export function jobMermaid(root: JobTree): string {
  const lines = ['flowchart TD'];
  const open: { tree: JobTree; above: string | null; order: number | null }[] = [
    { tree: root, above: null, order: null },
  ];
  const members = new Map<JobTree['state'], string[]>();
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { tree, above, order } = next;
    const id = `s${lines.length}`;
    const label = tree.label.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const arrow =
      above === null ? '' : order === null ? `${above} --> ` : `${above} -- ${order} --> `;
    lines.push(`  ${arrow}${id}["${label.replaceAll(/\p{Cc}+/gu, ' ')}"]`);
    members.set(tree.state, [...(members.get(tree.state) ?? []), id]);
    for (const [index, step] of tree.steps.entries()) {
      const isOrdered = tree.type === 'sequential';
      open.push({ tree: step, above: id, order: isOrdered ? index + 1 : null });
    }
  }
  for (const [state, ids] of members) {
    const colour = colours[state];
    if (colour === undefined) continue;
    lines.push(`  classDef ${state} ${colour}`, `  class ${ids.join(',')} ${state}`);
  }
  return lines.join('\n');
}
