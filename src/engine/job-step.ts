import type { Composite } from '../actors/composite-logic.ts';
import type { CompositeOutcome } from '../kernel/job-machine-types.ts';
import type { StepState, StoredStep } from '../kernel/job-steps.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { PlannedStep } from '../wire/job-plan.ts';
import type { Countdown } from './countdown.ts';
import type { TaskHandle } from './task-handle.ts';

/** How far a step has come in one attempt of its job. */
export type StepPhase = 'idle' | 'due' | 'running' | 'ended';

/** Why a step, or the first one in it, did not complete. */
export interface StepFailure {
  readonly path: string;
  readonly error: TaskError;
}

/** How a step that does its own work ended. */
export interface StepEnd {
  readonly outcome: CompositeOutcome;
  readonly state: StepState;
  readonly result?: unknown;
  readonly error?: TaskError;
}

/** One step of a job that runs. */
export class JobStep {
  readonly plan: PlannedStep;
  /** What an earlier attempt left of it. */
  readonly known: StoredStep | null;
  phase: StepPhase = 'idle';
  /** The job itself told it to end. */
  isAsked = false;
  /** Its time ran out. */
  isExpired = false;
  /** Of several steps together. */
  composite: Composite | null = null;
  /** Of an action. */
  abort: AbortController | null = null;
  /** The task that does its work. */
  handle: TaskHandle | null = null;
  /** The job made that task stand still. */
  isSuspended = false;
  startedAt = 0;
  timer: Countdown | null = null;
  result: unknown = null;
  failure: StepFailure | null = null;
  doubt: StepFailure | null = null;
  /** In percent; of several steps the sum of theirs. */
  progress = 0;

  constructor(plan: PlannedStep, known: StoredStep | null) {
    this.plan = plan;
    this.known = known;
  }

  get isComposite(): boolean {
    const { type } = this.plan.document;
    return type === 'sequential' || type === 'parallel';
  }
}

/**
 * Notes how far a step has come, and gives what that makes of the whole job: the mean of its steps,
 * each of which may be a mean again.
 */
export function noteProgress(steps: readonly JobStep[], step: JobStep, percent: number): number {
  let change = percent - step.progress;
  step.progress = percent;
  for (let at = steps[step.plan.parent]; at !== undefined; at = steps[at.plan.parent]) {
    at.progress += change;
    change /= at.plan.steps.length;
  }
  const [root] = steps;
  return root === undefined ? 0 : percentOf(root);
}

/** How far a step has come, in percent; one that holds no steps has nothing left to do. */
const percentOf = ({ isComposite, plan, progress }: JobStep): number => {
  if (!isComposite) return progress;
  return plan.steps.length === 0 ? 100 : progress / plan.steps.length;
};

/** Values nest so deep in a job's output; what is deeper is left out, as JSON could not keep it. */
const deepestOutput = 200;

/** What the steps gave, nested as the job is; null for what gives nothing. */
export function outputOf(steps: readonly JobStep[]): unknown {
  const outputs: unknown[] = steps.map(({ result }) => result);
  for (const { plan, isComposite } of steps.toReversed()) {
    if (!isComposite) continue;
    outputs[plan.index] =
      plan.depth > deepestOutput ? null : plan.steps.map((index) => outputs[index] ?? null);
  }
  return outputs[0] ?? null;
}

/** What is kept of an end. */
export const stateOfOutcome: Readonly<Record<CompositeOutcome, StepState>> = {
  completed: 'completed',
  failed: 'failed',
  doubted: 'awaitingOperator',
  stopped: 'cancelled',
};
