import { assign, emit, raise, sendTo, setup } from 'xstate';
import type { CallbackActorLogic } from 'xstate';

/** What the streaming task machine is started with. */
export interface StreamingTaskInput {
  readonly name: string;
  /** How long an aborted run may take to end before it is abandoned, in milliseconds. */
  readonly graceMs: number;
}

/** What the streaming task machine remembers. */
export interface StreamingTaskContext extends StreamingTaskInput {
  /** Runs so far, the present one counted. */
  readonly run: number;
}

/** What the streaming task machine is told. */
export type StreamingTaskEvent =
  | { readonly type: 'stream.start' }
  | { readonly type: 'stream.stop' }
  | { readonly type: 'stream.ended'; readonly run: number }
  | { readonly type: 'stream.expired' };

/** What the streaming task machine tells. */
export type StreamingTaskEmitted =
  | { readonly type: 'run.ended'; readonly run: number }
  | { readonly type: 'run.abandoned'; readonly run: number };

/** What the run in progress is told. */
export interface StreamCommand {
  readonly type: 'stream.abort';
}

/** What a run is started with. */
export interface StreamInput {
  readonly run: number;
}

/**
 * A streaming task: runs of one stream, one at a time, as many as are asked for.
 *
 * A stop is an abort and then a wait, because a stream needs time to close. The wait is bounded: a
 * run that does not end within its grace is abandoned, and what it still yields is dropped.
 */
export const streamingTaskMachine = setup({
  types: {
    context: {} as StreamingTaskContext,
    events: {} as StreamingTaskEvent,
    emitted: {} as StreamingTaskEmitted,
    input: {} as StreamingTaskInput,
  },
  actors: {
    stream: {} as CallbackActorLogic<StreamCommand, StreamInput>,
  },
  actions: {
    countRun: assign({ run: ({ context }) => context.run + 1 }),
    abortStream: sendTo('stream', { type: 'stream.abort' }),
    expire: raise({ type: 'stream.expired' }),
    announceEnd: emit(({ context }) => ({ type: 'run.ended', run: context.run })),
    announceAbandoned: emit(({ context }) => ({ type: 'run.abandoned', run: context.run })),
  },
  guards: {
    isCurrent: ({ context, event }) => 'run' in event && event.run === context.run,
  },
  delays: {
    grace: ({ context }) => context.graceMs,
  },
}).createMachine({
  id: 'streamingTask',
  context: ({ input }) => ({ ...input, run: 0 }),
  initial: 'idle',
  states: {
    idle: {
      description: 'No stream is open; a stop changes nothing.',
      on: { 'stream.start': { target: 'active' } },
    },
    active: {
      description: 'A run of the stream has not ended.',
      tags: ['active'],
      entry: [{ type: 'countRun' }],
      invoke: {
        id: 'stream',
        src: 'stream',
        input: ({ context }) => ({ run: context.run }),
        onError: { target: 'idle', actions: [{ type: 'announceEnd' }] },
      },
      initial: 'streaming',
      states: {
        streaming: {
          description: 'Items are asked for and handled, one after the other.',
          on: {
            'stream.ended': {
              guard: { type: 'isCurrent' },
              target: '#streamingTask.idle',
              actions: [{ type: 'announceEnd' }],
            },
            'stream.stop': { target: 'closing.stopping' },
            'stream.start': { target: 'closing.restarting' },
          },
        },
        closing: {
          description: 'The run was aborted and has not ended; its grace is running.',
          entry: [{ type: 'abortStream' }],
          after: { grace: { actions: [{ type: 'expire' }] } },
          initial: 'stopping',
          states: {
            stopping: {
              description: 'Nothing follows the run that is closing.',
              on: {
                'stream.ended': {
                  guard: { type: 'isCurrent' },
                  target: '#streamingTask.idle',
                  actions: [{ type: 'announceEnd' }],
                },
                'stream.expired': {
                  target: '#streamingTask.idle',
                  actions: [{ type: 'announceAbandoned' }],
                },
                'stream.start': { target: 'restarting' },
              },
            },
            restarting: {
              description: 'A new run follows the one that is closing.',
              on: {
                'stream.ended': {
                  guard: { type: 'isCurrent' },
                  target: '#streamingTask.active',
                  reenter: true,
                  actions: [{ type: 'announceEnd' }],
                },
                'stream.expired': {
                  target: '#streamingTask.active',
                  reenter: true,
                  actions: [{ type: 'announceAbandoned' }],
                },
                'stream.stop': { target: 'stopping' },
              },
            },
          },
        },
      },
    },
  },
});
