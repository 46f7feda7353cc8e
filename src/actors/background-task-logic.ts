import { createActor } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { backgroundTaskMachine } from '../../machines/background-task.machine.ts';
import type { BackgroundTaskEvent } from '../../machines/background-task.machine.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { describeCause } from '../kernel/task-error.ts';
import type { ErrorCause } from '../kernel/task-error.ts';
import { abortError, isOfAbort } from './abort-error.ts';
import { runInScope } from './action-scope.ts';
import { dueMs, firstBeat, nextBeat, presentBeat } from './periodic-schedule.ts';
import type { Beat, Overlap } from './periodic-schedule.ts';

/** The running machine of one background task. */
export type BackgroundTaskRef = ActorRefFrom<typeof backgroundTaskMachine>;

/** What an action is given at each call. */
export interface ActionContext {
  /** Fires when the task is stopped, or when a tick cancels the call. */
  readonly signal: AbortSignal;
}

/** The work of a background task; a promise that it returns is awaited. */
export type BackgroundAction = (context: ActionContext) => unknown;

/** What the effects of one background task work with. */
export interface BackgroundWork {
  /** Whose work it is, for code that asks to stop it from within. */
  readonly owner: object;
  readonly name: string;
  readonly action: BackgroundAction;
  /** Null: the action is called once. */
  readonly frequencyHz: number | null;
  readonly overlap: Overlap;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hands out the very object that the action threw. */
  failed(thrown: unknown): void;
}

/** What was thrown, as data, whatever it is. */
function causeOf(thrown: unknown): ErrorCause | null {
  try {
    return describeCause(thrown);
  } catch {
    // A thrown object may throw again when it is looked at.
    return { name: typeof thrown, message: 'an error that cannot be read', cause: null };
  }
}

/** What one background task does to the world: calls of its action, and the timer of its next tick. */
class BackgroundEffects {
  readonly #work: BackgroundWork;
  readonly #actor: BackgroundTaskRef;
  #controller = new AbortController();
  #beat: Beat | null = null;
  #timer: unknown = null;
  #failure: unknown;

  constructor(work: BackgroundWork, actor: BackgroundTaskRef) {
    this.#work = work;
    this.#actor = actor;
  }

  begin(): void {
    void Promise.resolve().then(() => this.#answer({ type: 'task.begun' }));
  }

  async callAction(call: number): Promise<void> {
    const { action, clock, frequencyHz, owner } = this.#work;
    if (frequencyHz !== null) this.#beat ??= firstBeat(clock.now(), frequencyHz);
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    // The action is never called from inside a transition of its own machine.
    await Promise.resolve();
    try {
      if (!signal.aborted) await runInScope(owner, signal, () => action({ signal }));
    } catch (thrown) {
      if (!isOfAbort(signal, thrown)) {
        this.#failure = thrown;
        this.#work.failed(thrown);
        this.#answer({ type: 'action.failed', call, error: causeOf(thrown) });
        return;
      }
    }
    this.#answer({ type: 'action.ended', call });
  }

  abortAction(): void {
    this.#controller.abort(abortError(this.#work.name));
  }

  watchOverrun(call: number): void {
    if (this.#work.overlap !== 'cancel' || this.#beat === null) return;
    this.#beat = presentBeat(this.#beat, this.#work.clock.now());
    this.awaitTick(call);
  }

  awaitTick(call: number): void {
    if (this.#beat === null) return;
    const { clock, overlap } = this.#work;
    const next = nextBeat(this.#beat, clock.now(), overlap);
    const onDue = (): void => {
      this.#timer = null;
      this.#beat = next;
      this.#answer({ type: 'tick.due', call });
    };
    this.dropTick();
    this.#timer = clock.setTimeout(onDue, Math.max(0, dueMs(next) - clock.now()));
  }

  dropTick(): void {
    this.#work.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  reportFailure(): void {
    const { logger, name } = this.#work;
    const message = `Background task "${name}" failed and ended.`;
    logger.error({ task: name, err: this.#failure }, message);
  }

  #answer(event: BackgroundTaskEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event);
  }
}

// Binding a machine costs more than running it, so one bound machine serves all tasks.
const effectsOf = new WeakMap<object, BackgroundEffects>();

/** The background task machine with its effects bound, each actor's to its own work. */
export const backgroundTaskLogic: typeof backgroundTaskMachine = backgroundTaskMachine.provide({
  actions: {
    begin: ({ self }) => effectsOf.get(self)?.begin(),
    callAction: ({ self, context }) => void effectsOf.get(self)?.callAction(context.calls),
    abortAction: ({ self }) => effectsOf.get(self)?.abortAction(),
    watchOverrun: ({ self, context }) => effectsOf.get(self)?.watchOverrun(context.calls),
    awaitTick: ({ self, context }) => effectsOf.get(self)?.awaitTick(context.calls),
    dropTick: ({ self }) => effectsOf.get(self)?.dropTick(),
    reportFailure: ({ self }) => effectsOf.get(self)?.reportFailure(),
  },
});

/** Makes the actor of one background task; it is not started. */
export function createBackgroundActor(work: BackgroundWork): BackgroundTaskRef {
  const actor = createActor(backgroundTaskLogic, {
    input: { name: work.name, isPeriodic: work.frequencyHz !== null },
  });
  effectsOf.set(actor, new BackgroundEffects(work, actor));
  return actor;
}
