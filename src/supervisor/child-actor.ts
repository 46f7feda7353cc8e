import type { AnyActorLogic, AnyActorRef, EventFromLogic, SnapshotFrom } from 'xstate';
import { describeError } from '../kernel/task-error.ts';
import type { TaskError } from '../kernel/task-error.ts';

/** Sent to a child that is to end by itself; the same for users' machines and nested supervisors. */
export const stopEvent = { type: 'supervisor.stop' } as const;

/** What XState itself sends to an actor that is stopped; any actor ends at it, at once. */
const killEvent = { type: 'xstate.stop' } as const;

/**
 * Whether the logic is a machine that names the stop event in one of its states. One that only takes
 * it by a wildcard does not mean it, and is not waited for.
 */
export function takesStop(logic: AnyActorLogic): boolean {
  const events: unknown = 'events' in logic ? logic.events : null;
  return Array.isArray(events) && events.includes(stopEvent.type);
}

/** Asks a machine to end, if the state it is in takes that; whether it does. */
export function offerStop(actor: AnyActorRef): boolean {
  const snapshot: unknown = actor.getSnapshot();
  if (typeof snapshot !== 'object' || snapshot === null || !('can' in snapshot)) return false;
  try {
    const canTake = (snapshot.can as (event: object) => boolean)(stopEvent);
    if (canTake) actor.send(stopEvent);
    return canTake;
  } catch {
    // A guard threw: the same guard would throw again and fail the machine.
    return false;
  }
}

/**
 * Ends an actor at once: signals are aborted, subscriptions and clean-up functions run. Of one that
 * failed, ends what it left behind: XState does not stop the children of a machine when one of its
 * actions throws, and they would go on beside its next life.
 */
export function killActor(actor: AnyActorRef): void {
  const snapshot: unknown = actor.getSnapshot();
  if (typeof snapshot !== 'object' || snapshot === null) return;
  if ('status' in snapshot && snapshot.status === 'active') return actor.send(killEvent);
  const children = 'children' in snapshot ? (snapshot.children ?? {}) : {};
  for (const child of Object.values(children as Record<string, AnyActorRef>)) killActor(child);
}

/** Turns what a child failed with into data; `attempt` is the life it failed in, from 1. */
export function describeFailure(thrown: unknown, incarnation: number): TaskError {
  const error = describeError(thrown, 'process', incarnation);
  return error.code === 'PLUGIN_FAILED' ? { ...error, code: 'CHILD_FAILED' } : error;
}

/**
 * What callers hold of a child that runs. It stands for one life of it: when the child has been
 * restarted, ask for it again.
 *
 * Not the XState actor itself: what a subscriber of an actor throws would end the host process.
 */
export interface SupervisedActor<TLogic extends AnyActorLogic = AnyActorLogic> {
  readonly name: string;
  send(event: EventFromLogic<TLogic>): void;
  getSnapshot(): SnapshotFrom<TLogic>;
  /** Calls `listener` with each snapshot until the returned function is called. */
  subscribe(listener: (snapshot: SnapshotFrom<TLogic>) => void): () => void;
  /** Calls `listener` with each event of that type (`*` for all) that the actor emits. */
  on(type: string, listener: (event: { readonly type: string }) => void): () => void;
}

/** Calls foreign code; what it throws, now or later, is told to nobody but the log. */
export type GuardedCall = (what: string, call: () => unknown) => void;

/** Wraps a running actor for callers. */
export function supervisedActor(
  name: string,
  actor: AnyActorRef,
  guarded: GuardedCall,
): SupervisedActor {
  return {
    name,
    send: (event) => actor.send(event),
    getSnapshot: () => actor.getSnapshot(),
    subscribe: (listener) => {
      const subscription = actor.subscribe({
        next: (snapshot) => guarded('subscriber', () => listener(snapshot)),
        error: () => {},
      });
      return () => subscription.unsubscribe();
    },
    on: (type, listener) => {
      const subscription = actor.on(type, (event: { readonly type: string }) =>
        guarded('listener', () => listener(event)),
      );
      return () => subscription.unsubscribe();
    },
  };
}
