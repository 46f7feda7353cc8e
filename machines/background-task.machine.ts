import { assign, setup } from 'xstate';
import type { ErrorCause } from '../src/kernel/task-error.ts';

/** What the background task machine is started with. */
export interface BackgroundTaskInput {
  readonly name: string;
  /** The action is called again and again, not once. */
  readonly isPeriodic: boolean;
}

/** What the background task machine remembers. */
export interface BackgroundTaskContext extends BackgroundTaskInput {
  /** Calls of the action so far, the present one counted. */
  readonly calls: number;
  /** What the action failed with, as data. */
  readonly error: ErrorCause | null;
}

/** What the background task machine is told. Events with a stale `call` are dropped. */
export type BackgroundTaskEvent =
  | { readonly type: 'task.run' }
  | { readonly type: 'task.begun' }
  | { readonly type: 'task.stop' }
  | { readonly type: 'tick.due'; readonly call: number }
  | { readonly type: 'action.ended'; readonly call: number }
  | { readonly type: 'action.failed'; readonly call: number; readonly error: ErrorCause | null };

/**
 * One background task and its one life: an action called once, or at every tick of its frequency,
 * until it is stopped or fails.
 *
 * A hot machine: it invokes nothing and sets no timer. Its effects are the named actions without a
 * body here; they answer with events that carry the number of the call they belong to.
 */
export const backgroundTaskMachine = setup({
  types: {
    context: {} as BackgroundTaskContext,
    events: {} as BackgroundTaskEvent,
    input: {} as BackgroundTaskInput,
  },
  actions: {
    begin: () => {},
    callAction: () => {},
    abortAction: () => {},
    watchOverrun: () => {},
    awaitTick: () => {},
    dropTick: () => {},
    reportFailure: () => {},
    countCall: assign({ calls: ({ context }) => context.calls + 1 }),
    rememberError: assign({
      error: ({ event }) => (event.type === 'action.failed' ? event.error : null),
    }),
  },
  guards: {
    isCurrent: ({ context, event }) => 'call' in event && event.call === context.calls,
    isCurrentAndPeriodic: ({ context, event }) =>
      context.isPeriodic && 'call' in event && event.call === context.calls,
  },
}).createMachine({
  id: 'backgroundTask',
  context: ({ input }) => ({ ...input, calls: 0, error: null }),
  initial: 'idle',
  states: {
    idle: {
      description: 'Not run yet; a stop changes nothing.',
      on: { 'task.run': { target: 'starting' } },
    },
    starting: {
      description: 'Asked to run; the first call of the action is about to be made.',
      tags: ['active'],
      entry: [{ type: 'begin' }],
      on: {
        'task.begun': { target: 'running' },
        'task.stop': { target: 'stopped' },
      },
    },
    running: {
      description: 'The action is being called, or the next tick is awaited.',
      tags: ['active'],
      initial: 'acting',
      states: {
        acting: {
          description: 'A call of the action has not ended.',
          entry: [{ type: 'countCall' }, { type: 'callAction' }, { type: 'watchOverrun' }],
          exit: [{ type: 'dropTick' }],
          on: {
            'action.ended': [
              { guard: { type: 'isCurrentAndPeriodic' }, target: 'waiting' },
              { guard: { type: 'isCurrent' }, target: '#backgroundTask.stopped' },
            ],
            'action.failed': {
              guard: { type: 'isCurrent' },
              target: '#backgroundTask.errored',
              actions: [{ type: 'rememberError' }],
            },
            'tick.due': { guard: { type: 'isCurrent' }, target: 'superseding' },
            'task.stop': { target: '#backgroundTask.stopping' },
          },
        },
        waiting: {
          description: 'Nothing runs; the next tick has not come.',
          entry: [{ type: 'awaitTick' }],
          exit: [{ type: 'dropTick' }],
          on: {
            'tick.due': { guard: { type: 'isCurrent' }, target: 'acting' },
            'task.stop': { target: '#backgroundTask.stopped' },
          },
        },
        superseding: {
          description:
            'A tick came while the action ran; it is aborted, and called anew when it has ended.',
          entry: [{ type: 'abortAction' }],
          on: {
            'action.ended': { guard: { type: 'isCurrent' }, target: 'acting' },
            'action.failed': {
              guard: { type: 'isCurrent' },
              target: '#backgroundTask.errored',
              actions: [{ type: 'rememberError' }],
            },
            'task.stop': { target: '#backgroundTask.stopping' },
          },
        },
      },
    },
    stopping: {
      description: 'Asked to stop; the action was aborted and has not ended.',
      tags: ['active'],
      entry: [{ type: 'abortAction' }],
      on: {
        'action.ended': { guard: { type: 'isCurrent' }, target: 'stopped' },
        'action.failed': {
          guard: { type: 'isCurrent' },
          target: 'errored',
          actions: [{ type: 'rememberError' }],
        },
      },
    },
    stopped: {
      description: 'Ended without an error, by itself or because it was stopped.',
      type: 'final',
    },
    errored: {
      description: 'The action failed, and that ended the task.',
      type: 'final',
      entry: [{ type: 'reportFailure' }],
    },
  },
});
