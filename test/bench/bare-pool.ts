import { createActor } from 'xstate';
import { poolLogic } from '../../src/actors/pool-logic.ts';
import { taskLogic } from '../../src/actors/task-logic.ts';
import type { TaskRef } from '../../src/actors/task-logic.ts';

interface BareTask {
  ref: TaskRef | null;
  readonly work: () => Promise<unknown>;
  readonly done: () => void;
}

/** The task pool without an engine: machines and supervision, no queue, schemas, events or store. */
export class BarePool {
  readonly #tasks = new Map<number, BareTask>();
  readonly #pool = createActor(
    poolLogic(
      taskLogic({
        announce: ({ id }, state) => {
          const task = this.#tasks.get(id);
          if (task === undefined) return;
          if (state === 'pending') task.ref?.send({ type: 'task.admit' });
          if (state !== 'completed') return;
          this.#tasks.delete(id);
          task.done();
        },
        beginAttempt: ({ id, attempt }) =>
          this.#tasks.get(id)?.ref?.send({ type: 'attempt.ready', attempt }),
        runProcess: ({ id, attempt }) => {
          const task = this.#tasks.get(id);
          void task?.work().then(() => task.ref?.send({ type: 'attempt.finished', attempt }));
        },
        runTeardown: ({ id, attempt }) =>
          this.#tasks.get(id)?.ref?.send({ type: 'attempt.cleaned', attempt }),
        abortAttempt: () => {},
        scheduleRetry: () => {},
        withhold: () => {},
        putBack: () => {},
        leaveInDoubt: () => {},
      }),
      {
        spawned: (id, ref) => {
          const task = this.#tasks.get(id);
          if (task !== undefined) task.ref = ref;
        },
        crashed: (_id, error) => {
          throw error;
        },
      },
    ),
  ).start();
  #next = 1;

  run(work: () => Promise<unknown>): Promise<void> {
    const id = this.#next++;
    return new Promise((done) => {
      this.#tasks.set(id, { ref: null, work, done });
      this.#pool.send({
        type: 'task.spawn',
        input: { id, effect: 'idempotent', maxAttempts: 1 },
      });
    });
  }

  close(): void {
    this.#pool.stop();
  }
}
