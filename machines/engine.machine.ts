import { assign, setup } from 'xstate';
import type { PromiseActorLogic } from 'xstate';

/** The engine's own life: it starts once, runs healthy or degraded, and drains before it stops. */
export const engineMachine = setup({
  types: {
    context: {} as { readonly hasStarted: boolean; readonly failure: unknown },
    events: {} as
      | { readonly type: 'engine.start' }
      | { readonly type: 'engine.close' }
      | { readonly type: 'store.broken' }
      | { readonly type: 'supervision.degraded' }
      | { readonly type: 'supervision.healed' },
  },
  actors: {
    startUp: {} as PromiseActorLogic<void>,
    shutDown: {} as PromiseActorLogic<void>,
  },
  actions: {
    noteStart: assign({ hasStarted: true }),
    rememberFailure: assign({
      failure: ({ event }) => ('error' in event ? event.error : null),
    }),
  },
  guards: {
    isFresh: ({ context }) => !context.hasStarted,
  },
}).createMachine({
  id: 'engine',
  context: { hasStarted: false, failure: null },
  initial: 'stopped',
  states: {
    stopped: {
      description: 'Not started yet, or closed for good; nothing is accepted.',
      on: {
        'engine.start': {
          guard: { type: 'isFresh' },
          target: 'starting',
          actions: [{ type: 'noteStart' }],
        },
      },
    },
    starting: {
      description: 'Opens the store, loads the plugins and starts the supervision tree.',
      invoke: {
        id: 'startUp',
        src: 'startUp',
        onDone: { target: 'running' },
        onError: { target: 'stopped', actions: [{ type: 'rememberFailure' }] },
      },
    },
    running: {
      description: 'Accepts work and runs it.',
      initial: 'healthy',
      on: {
        'engine.close': { target: 'draining' },
        'store.broken': { target: 'draining' },
      },
      states: {
        healthy: {
          description: 'Every supervised child runs, or ended as it may.',
          on: { 'supervision.degraded': { target: 'degraded' } },
        },
        degraded: {
          description: 'A child spent its restart budget and is down until a person restarts it.',
          on: { 'supervision.healed': { target: 'healthy' } },
        },
      },
    },
    draining: {
      description: 'Refuses new work, lets the running work end, then ends what is left.',
      invoke: {
        id: 'shutDown',
        src: 'shutDown',
        onDone: { target: 'stopped' },
        onError: { target: 'stopped', actions: [{ type: 'rememberFailure' }] },
      },
    },
  },
});
