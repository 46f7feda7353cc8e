import { assign, setup } from 'xstate';
import type { PoolMachineContext, PoolMachineEvent } from '../src/kernel/task-machine-types.ts';

/**
 * The task pool: one temporary child for each live task, reaped when it settles.
 *
 * A hot machine: its children live outside its snapshot, in the bound actions, because XState copies
 * a snapshot's children at every spawn and stop.
 */
export const poolMachine = setup({
  types: {
    context: {} as PoolMachineContext,
    events: {} as PoolMachineEvent,
  },
  actions: {
    spawnTask: () => {},
    forgetAll: () => {},
    forgetTask: () => {},
    forgetCrashed: () => {},
    killTask: () => {},
    stopTasks: () => {},
    countSpawn: assign({
      live: ({ context }) => context.live + 1,
      spawned: ({ context }) => context.spawned + 1,
    }),
    countEnd: assign({ live: ({ context }) => context.live - 1 }),
    countCrash: assign({
      live: ({ context }) => context.live - 1,
      crashed: ({ context }) => context.crashed + 1,
    }),
  },
  guards: {
    isEmpty: ({ context }) => context.live === 0,
  },
}).createMachine({
  id: 'pool',
  context: { live: 0, spawned: 0, crashed: 0 },
  initial: 'open',
  on: {
    'xstate.done.actor.task': { actions: [{ type: 'countEnd' }, { type: 'forgetTask' }] },
    'xstate.error.actor.task': { actions: [{ type: 'countCrash' }, { type: 'forgetCrashed' }] },
    'task.kill': { actions: [{ type: 'countEnd' }, { type: 'killTask' }] },
  },
  states: {
    open: {
      description: 'Tasks are started as they come.',
      entry: [{ type: 'forgetAll' }],
      on: {
        'task.spawn': { actions: [{ type: 'countSpawn' }, { type: 'spawnTask' }] },
        'pool.drain': { target: 'draining' },
        'supervisor.stop': { target: 'drained', actions: [{ type: 'stopTasks' }] },
      },
    },
    draining: {
      description: 'No task is started any more; those alive go on to their end.',
      always: [{ guard: { type: 'isEmpty' }, target: 'drained' }],
      on: { 'supervisor.stop': { target: 'drained', actions: [{ type: 'stopTasks' }] } },
    },
    drained: {
      description: 'Closed, and no task is alive.',
      type: 'final',
    },
  },
});
