import { createActor, fromTransition } from 'xstate';
import type { ActorRefFrom, AnyActorRef } from 'xstate';
import { longRunningCommandMachine } from '../../machines/long-running-command.machine.ts';
import type { LongRunningCommandInput, LrcEndState } from '../kernel/lrc-machine-types.ts';

/** The running machine of one long-running command. */
export type LongRunningCommandRef = ActorRefFrom<typeof longRunningCommandMachine>;

/** What one long-running command does to the world; each answers with an event. */
export interface LongRunningCommandEffects {
  subscribe(): void;
  storeIntent(): void;
  invoke(): void;
  seekCandidates(): void;
  follow(): void;
  look(look: number): void;
  seekOthers(): void;
  sendStop(): void;
  awaitStop(): void;
  awaitResult(): void;
  dropGrace(): void;
  holdDeadline(): void;
  goOnWithDeadline(): void;
  settle(as: LrcEndState): void;
}

// Binding a machine costs more than running it, so one bound machine serves all commands.
const effectsOf = new WeakMap<object, LongRunningCommandEffects>();

/** The long-running command machine with its effects bound, each actor's to its own command. */
export const longRunningCommandLogic: typeof longRunningCommandMachine =
  longRunningCommandMachine.provide({
    actions: {
      subscribe: ({ self }) => effectsOf.get(self)?.subscribe(),
      storeIntent: ({ self }) => effectsOf.get(self)?.storeIntent(),
      invoke: ({ self }) => effectsOf.get(self)?.invoke(),
      seekCandidates: ({ self }) => effectsOf.get(self)?.seekCandidates(),
      follow: ({ self }) => effectsOf.get(self)?.follow(),
      look: ({ self, context }) => effectsOf.get(self)?.look(context.looks),
      seekOthers: ({ self }) => effectsOf.get(self)?.seekOthers(),
      sendStop: ({ self }) => effectsOf.get(self)?.sendStop(),
      awaitStop: ({ self }) => effectsOf.get(self)?.awaitStop(),
      awaitResult: ({ self }) => effectsOf.get(self)?.awaitResult(),
      dropGrace: ({ self }) => effectsOf.get(self)?.dropGrace(),
      holdDeadline: ({ self }) => effectsOf.get(self)?.holdDeadline(),
      goOnWithDeadline: ({ self }) => effectsOf.get(self)?.goOnWithDeadline(),
      settle: ({ self }, { as }) => effectsOf.get(self)?.settle(as),
    },
  });

let parent: AnyActorRef | null = null;

/** The parent of all commands: XState would give each a system of its own, which costs more than it. */
function commonParent(): AnyActorRef {
  parent ??= createActor(fromTransition((state: null) => state, null)).start();
  return parent;
}

/** Makes and starts the actor of one long-running command; it is idle until it is told to begin. */
export function startLongRunningCommand(
  effects: LongRunningCommandEffects,
  input: LongRunningCommandInput,
): LongRunningCommandRef {
  const actor = createActor(longRunningCommandLogic, {
    input,
    parent: commonParent(),
    id: 'command',
  });
  effectsOf.set(actor, effects);
  return actor.start();
}
