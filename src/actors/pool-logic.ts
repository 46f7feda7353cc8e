import { createActor, enqueueActions, stopChild } from 'xstate';
import { poolMachine } from '../../machines/pool.machine.ts';
import type { taskMachine } from '../../machines/task.machine.ts';
import type { TaskRef } from './task-logic.ts';

/** What the pool tells of its children. */
export interface PoolEffects {
  /** A task is about to be started. */
  spawned(id: number, task: TaskRef): void;
  /** A task's machine broke: a defect of the engine, not a failure of the work. */
  crashed(id: number, error: unknown): void;
}

/** The pool's logic. */
export type PoolLogic = typeof poolMachine;

/**
 * The pool machine with its effects bound.
 *
 * Every child has the same actor id, so the pool handles one done and one error event for all, and
 * XState caches one event type, not one for each task. The error event does not say whose it is; as
 * it is a defect and rare, the broken child is searched for.
 */
export function poolLogic(task: typeof taskMachine, effects: PoolEffects): PoolLogic {
  const children = new Map<number, TaskRef>();
  return poolMachine.provide({
    actions: {
      // Enqueued, because XState takes the child's own context function for an `assign` in an action.
      spawnTask: enqueueActions(({ event, self }) => {
        if (event.type !== 'task.spawn') return;
        const { input } = event;
        const child = createActor(task, { parent: self, id: 'task', input });
        children.set(input.id, child);
        effects.spawned(input.id, child);
        child.start();
      }),
      forgetAll: () => children.clear(),
      forgetTask: ({ event }) => {
        if (event.type === 'xstate.done.actor.task') children.delete(event.output.id);
      },
      forgetCrashed: () => {
        for (const [id, child] of children) {
          const { status, error } = child.getSnapshot();
          if (status !== 'error') continue;
          children.delete(id);
          effects.crashed(id, error);
        }
      },
      killTask: stopChild(({ event }) => {
        const id = event.type === 'task.kill' ? event.id : -1;
        const child = children.get(id);
        children.delete(id);
        return child ?? 'nobody';
      }),
      stopTasks: enqueueActions(({ enqueue }) => {
        for (const child of children.values()) enqueue.stopChild(child);
        children.clear();
      }),
    },
  });
}
