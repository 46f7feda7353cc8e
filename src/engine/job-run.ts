import { createComposite, startInline } from '../actors/composite-logic.ts';
import { deferred } from '../kernel/deferred.ts';
import type { CompositeOutcome } from '../kernel/job-machine-types.ts';
import type { StepState, StoredStep } from '../kernel/job-steps.ts';
import { stepInWords } from '../wire/job-plan.ts';
import type { PlannedStep } from '../wire/job-plan.ts';
import type { CancelAnswer } from './cancellations.ts';
import { boundStep } from './job-bounds.ts';
import { JobActions } from './job-actions.ts';
import type { JobPort } from './job-port.ts';
import { JobGates } from './job-gates.ts';
import { Moves } from './job-moves.ts';
import { JobStep, noteProgress, stateOfOutcome } from './job-step.ts';
import type { StepEnd, StepFailure } from './job-step.ts';
import { JobTasks } from './job-tasks.ts';

/** How a job ended. */
export interface JobEnd {
  readonly outcome: CompositeOutcome;
  readonly failure: StepFailure | null;
}

/**
 * One attempt of a job: its steps as actors, and what goes on between them.
 *
 * Whatever one step does to another (starts it, stops it, tells of its end) is a move. Moves wait in a
 * row and are made one after the other, never within each other: so a job may be nested as deep as
 * one likes, and a machine is never called back before it has finished its own step.
 */
export class JobRun {
  readonly #port: JobPort;
  readonly #steps: readonly JobStep[];
  readonly #actions: JobActions;
  readonly #tasks: JobTasks;
  readonly #ended = deferred<JobEnd>();
  readonly #moves = new Moves((error) => this.#ended.reject(error));
  /** Steps that wait for the job to be resumed. */
  #held: JobStep[] = [];
  readonly #gates: JobGates;
  #isSuspended = false;
  /** Steps at work that have no steps of their own. */
  #active = 0;
  #isHalted = false;
  #isGraceOver = false;
  #graceTimer: unknown = null;
  #stopReason = 'the job ends';
  #told = -1;

  constructor(plan: readonly PlannedStep[], known: readonly StoredStep[], port: JobPort) {
    const byPath = new Map(known.map((step) => [step.path, step]));
    this.#port = port;
    this.#steps = plan.map((step) => new JobStep(step, byPath.get(step.path) ?? null));
    const ended = (step: JobStep, end: StepEnd): void => this.#leafEnded(step, end);
    this.#gates = new JobGates(port, (step) => this.#moves.make(() => this.#start(step)));
    this.#actions = new JobActions(port, ended, (step, percent) => this.#progressed(step, percent));
    this.#tasks = new JobTasks(port, {
      ended,
      progressed: (step, percent) => this.#progressed(step, percent),
      halted: (step) => this.#halt(step),
    });
  }

  get steps(): readonly JobStep[] {
    return this.#steps;
  }

  /** Runs the steps; resolves when nothing of them runs any more. */
  run(): Promise<JobEnd> {
    const [root] = this.#steps;
    if (root !== undefined) {
      root.phase = 'due';
      this.#moves.make(() => this.#start(root));
    }
    return this.#ended.promise;
  }

  /** Ends what runs, and starts nothing more; what that came to is in `answers`. */
  stop(reason: string, graceMs: number): void {
    const [root] = this.#steps;
    this.#stopReason = reason;
    this.#graceTimer = this.#port.clock.setTimeout(() => {
      this.#isGraceOver = true;
      this.#leaveActions();
    }, graceMs);
    if (root !== undefined) this.#moves.make(() => this.#stop(root));
  }

  /** The engine ends: what the job does itself is broken off, its tasks are the engine's affair. */
  breakOff(reason: Error): Promise<void> {
    this.#isHalted = true;
    this.#gates.close();
    return this.#actions.breakOff(this.#steps, reason);
  }

  /** What became of the tasks that were told to end. */
  answers(): Promise<readonly CancelAnswer[]> {
    return this.#tasks.answers();
  }

  /** Starts nothing more for now; resolves when what runs stands still, where it can. */
  async suspend(): Promise<void> {
    this.#isSuspended = true;
    for (const { timer } of this.#steps) timer?.pause();
    await this.#tasks.suspend(this.#steps.filter(({ phase }) => phase === 'running'));
  }

  /** Goes on; rejects when one of its tasks stands still yet. */
  async resume(): Promise<void> {
    await this.#tasks.resume(this.#steps.filter(({ isSuspended }) => isSuspended));
    this.#isSuspended = false;
    for (const { timer } of this.#steps) timer?.resume();
    const held = this.#held;
    this.#held = [];
    for (const step of held) this.#moves.make(() => this.#start(step));
  }

  #start(step: JobStep): void {
    if (step.phase !== 'due') return;
    if (this.#isSuspended) {
      this.#held.push(step);
      return;
    }
    if (!this.#gates.isOpen(step)) return;
    const { document } = step.plan;
    if (document.type === 'sequential' || document.type === 'parallel') {
      return this.#startComposite(step, document);
    }
    if (this.#port.isClosing || this.#isHalted) return this.#halt(step);
    step.phase = 'running';
    step.startedAt = this.#port.clock.now();
    this.#active += 1;
    switch (document.type) {
      case 'noop':
        return startInline(
          () => Promise.resolve(),
          this.#parentOf(step),
          () => this.#leafEnded(step, { outcome: 'completed', state: 'completed', result: null }),
        );
      case 'action':
        return this.#actions.start(step, document, this.#parentOf(step));
      case 'command':
      case 'task':
        this.#tasks.start(step, document);
    }
  }

  #parentOf(step: JobStep) {
    return this.#steps[step.plan.parent]?.composite?.actor ?? null;
  }

  #startComposite(step: JobStep, document: PlannedStep['document'] & { type: string }): void {
    if (document.type !== 'sequential' && document.type !== 'parallel') return;
    const { plan, known } = step;
    const { timeoutMs, onFailure = 'cancel' } = document;
    const steps = plan.steps.length;
    const limit = document.type === 'parallel' ? (document.limit ?? steps) : 1;
    step.phase = 'running';
    step.startedAt = known?.startedAt ?? this.#port.clock.now();
    const child = (at: number): JobStep | undefined => this.#steps[plan.steps[at] ?? -1];
    step.composite = createComposite(
      { type: document.type, steps, limit, onFailure },
      this.#parentOf(step),
      {
        start: (at) => {
          const next = child(at);
          if (next === undefined) return;
          next.phase = 'due';
          this.#moves.make(() => this.#start(next));
        },
        stop: () => {
          for (const index of plan.steps) {
            const each = this.#steps[index];
            if (each !== undefined) this.#moves.make(() => this.#stop(each));
          }
        },
        ended: (outcome) => this.#moves.make(() => this.#compositeEnded(step, outcome)),
      },
    );
    if (known === null) {
      void this.#port.keep({ path: plan.path, state: 'running', startedAt: step.startedAt });
    }
    if (timeoutMs !== undefined) {
      boundStep(this.#port, step, timeoutMs, () => this.#moves.make(() => this.#stop(step)));
    }
    step.composite.start();
  }

  /** Tells a step that was started to end; one that waits for its turn never begins. */
  #stop(step: JobStep): void {
    if (step.phase === 'due') {
      this.#held = this.#held.filter((each) => each !== step);
      this.#gates.leave(step);
      this.#end(step, 'stopped');
      return;
    }
    if (step.phase !== 'running' || step.isAsked) return;
    step.isAsked = true;
    if (step.composite !== null) step.composite.send({ type: 'steps.stop' });
    else if (step.abort !== null) this.#actions.abort(step, this.#stopReason);
    else this.#tasks.cancel(step, this.#stopReason);
  }

  #leafEnded(step: JobStep, { outcome, state, result, error }: StepEnd): void {
    if (step.phase !== 'running') return;
    const { path } = step.plan;
    this.#active -= 1;
    step.result = result ?? null;
    if (error !== undefined) {
      if (outcome === 'doubted') step.doubt = { path, error };
      else step.failure = { path, error };
    }
    this.#keepEnd(step, state, {
      ...(step.handle === null ? {} : { taskId: step.handle.id }),
      ...(outcome === 'completed' ? { result: step.result } : {}),
      ...(error === undefined ? {} : { error }),
    });
    if (outcome === 'completed') this.#progressed(step, 100);
    this.#end(step, outcome);
    this.#giveWay();
  }

  #compositeEnded(step: JobStep, outcome: CompositeOutcome): void {
    step.timer?.cancel();
    if (outcome === 'completed' && step.plan.steps.length === 0) this.#progressed(step, 100);
    const isLate = outcome === 'stopped' && step.isExpired;
    this.#keepEnd(step, isLate ? 'timedOut' : stateOfOutcome[outcome], {});
    this.#end(step, isLate ? 'failed' : outcome);
  }

  /** What an earlier attempt has completed is kept already. */
  #keepEnd(
    { known, plan, startedAt }: JobStep,
    state: StepState,
    more: Pick<StoredStep, 'taskId' | 'result' | 'error'>,
  ): void {
    if (known?.state === 'completed') return;
    const endedAt = this.#port.clock.now();
    void this.#port.keep({ path: plan.path, state, startedAt, endedAt, ...more });
  }

  #end(step: JobStep, outcome: CompositeOutcome): void {
    step.phase = 'ended';
    const { parent, position } = step.plan;
    const above = this.#steps[parent];
    if (above === undefined) {
      this.#port.clock.clearTimeout(this.#graceTimer);
      const failure = outcome === 'doubted' ? step.doubt : step.failure;
      this.#ended.resolve({ outcome, failure });
      return;
    }
    if (outcome === 'failed') {
      above.failure ??= step.failure;
      if (!step.isComposite) this.#stopReason = failureReason(this.#port.jobId, step);
    }
    if (outcome === 'doubted') above.doubt ??= step.doubt;
    this.#moves.make(() => above.composite?.send({ type: `step.${outcome}`, step: position }));
  }

  #progressed(step: JobStep, percent: number): void {
    if (step.phase === 'ended') return;
    const whole = Math.floor(
      noteProgress(this.#steps, step, Math.min(100, Math.max(0, percent))) + 1e-9,
    );
    if (whole === this.#told) return;
    this.#told = whole;
    this.#port.progress(whole);
  }

  /** The engine closes: the step is not started, and begins with the next engine. */
  #halt(step: JobStep): void {
    if (step.phase === 'running') this.#active -= 1;
    step.phase = 'due';
    this.#isHalted = true;
    this.#giveWay();
  }

  /** Nothing runs any more but functions that ignore their signals, and these cannot be ended. */
  #leaveActions(): void {
    if (!this.#isGraceOver) return;
    const running = this.#steps.filter(
      ({ phase, composite }) => phase === 'running' && composite === null,
    );
    if (running.length === 0 || running.some(({ abort }) => abort === null)) return;
    this.#port.leave(
      running.map(({ plan }) => `step ${stepInWords(plan.path, plan.document.name)}`),
    );
  }

  #giveWay(): void {
    this.#leaveActions();
    if (this.#isHalted && this.#active === 0) this.#port.giveWay();
  }
}

const failureReason = (jobId: number, { plan }: JobStep): string =>
  `${stepInWords(plan.path, plan.document.name)} of job ${jobId} failed`;
