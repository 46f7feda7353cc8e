import { createActor, fromPromise } from 'xstate';
import type { AnyActorRef } from 'xstate';
import { parallelMachine } from '../../machines/parallel.machine.ts';
import { sequenceMachine } from '../../machines/sequence.machine.ts';
import type {
  CompositeEvent,
  CompositeOutcome,
  ParallelInput,
} from '../kernel/job-machine-types.ts';

/**
 * What several steps together do to each of them. None of these may answer at once: it would call
 * back into a machine that has not finished its step, and a deep job would overflow the stack.
 */
export interface CompositeEffects {
  /** Starts a step, by its number. */
  start(step: number): void;
  /** Tells all of its steps that run to end. */
  stop(): void;
  ended(outcome: CompositeOutcome): void;
}

/** Several steps as one actor. */
export interface Composite {
  readonly actor: AnyActorRef;
  start(): void;
  send(event: CompositeEvent): void;
}

/** What the actor is made with. */
export interface CompositeInput extends ParallelInput {
  readonly type: 'sequential' | 'parallel';
}

/** The effects of each composite that is alive: one machine serves all, and is made once. */
const effectsOf = new WeakMap<object, CompositeEffects>();

const sequenceLogic: typeof sequenceMachine = sequenceMachine.provide({
  actions: {
    startStep: ({ context, self }) => effectsOf.get(self)?.start(context.step),
    stopSteps: ({ self }) => effectsOf.get(self)?.stop(),
    tellEnd: ({ self }, { outcome }) => effectsOf.get(self)?.ended(outcome),
  },
});

const parallelLogic: typeof parallelMachine = parallelMachine.provide({
  actions: {
    startSteps: ({ context: { steps, limit, started, running }, self }) => {
      const effects = effectsOf.get(self);
      const end = Math.min(steps, started + limit - running);
      for (let step = started; step < end; step += 1) effects?.start(step);
    },
    stopSteps: ({ self }) => effectsOf.get(self)?.stop(),
    tellEnd: ({ self }, { outcome }) => effectsOf.get(self)?.ended(outcome),
  },
});

/** All steps of jobs have one id: XState keeps what it knows of each type of event for ever. */
const stepId = 'step';

/** Makes the actor of several steps under the one that they are part of. */
export function createComposite(
  input: CompositeInput,
  parent: AnyActorRef | null,
  effects: CompositeEffects,
): Composite {
  const under = parent === null ? { id: 'job' } : { id: stepId, parent };
  const actor =
    input.type === 'sequential'
      ? createActor(sequenceLogic, { ...under, input })
      : createActor(parallelLogic, { ...under, input });
  effectsOf.set(actor, effects);
  return {
    actor: actor as AnyActorRef,
    start: () => void actor.start(),
    send: (event) => actor.send(event),
  };
}

const inlineLogic = fromPromise<void, () => Promise<void>>(({ input }) => input());

/**
 * Runs a step that the job does itself as an actor; `run` never rejects. `then` is called when the
 * actor is done and the one above has been told: that one may end right after.
 */
export function startInline(
  run: () => Promise<void>,
  parent: AnyActorRef | null,
  then: () => void,
): void {
  const under = parent === null ? { id: 'job' } : { id: stepId, parent };
  const actor = createActor(inlineLogic, { ...under, input: run });
  actor.subscribe({ complete: () => queueMicrotask(then) });
  actor.start();
}
