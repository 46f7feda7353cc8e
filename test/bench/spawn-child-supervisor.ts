import { createActor, enqueueActions, setup, spawnChild, stopChild } from 'xstate';

/** The peers' work: nothing, and not at once. */
export const work = (): Promise<number> => Promise.resolve(42);

/** A task of the same five states, with a promise it starts itself: what XState alone costs. */
export const plainTask = setup({
  types: {
    context: {} as { id: number },
    input: {} as { id: number },
    events: {} as { type: 'work.done' },
    output: {} as { id: number },
  },
  actions: {
    runWork: ({ self }) => {
      void work().then(() => self.send({ type: 'work.done' }));
    },
  },
}).createMachine({
  id: 'plainTask',
  context: ({ input }) => input,
  output: ({ context }) => context,
  initial: 'starting',
  states: {
    starting: { always: { target: 'running' } },
    running: { entry: ['runWork'], on: { 'work.done': { target: 'stopping' } } },
    stopping: { always: { target: 'stopped' } },
    stopped: { type: 'final' },
  },
});

type SpawnEvent =
  | { type: 'task.spawn'; id: number }
  | { type: 'xstate.done.actor.*'; output: { id: number } };

/** The supervisor one writes by hand first: children in the snapshot, an id for each. */
export class SpawnChildSupervisor {
  readonly #done = new Map<number, () => void>();
  readonly #actor = createActor(
    setup({
      types: { events: {} as SpawnEvent },
      actors: { task: plainTask },
      actions: {
        spawn: spawnChild('task', {
          id: ({ event }) => `task-${event.type === 'task.spawn' ? event.id : 0}`,
          input: ({ event }) => ({ id: event.type === 'task.spawn' ? event.id : 0 }),
        }),
        reap: enqueueActions(({ event, enqueue }) => {
          const { id } = (event as { output: { id: number } }).output;
          enqueue(stopChild(`task-${id}`));
          enqueue(() => {
            this.#done.get(id)?.();
            this.#done.delete(id);
          });
        }),
      },
    }).createMachine({
      id: 'spawning',
      on: {
        'task.spawn': { actions: ['spawn'] },
        'xstate.done.actor.*': { actions: ['reap'] },
      },
    }),
  ).start();
  #next = 1;

  run(): Promise<void> {
    const id = this.#next++;
    return new Promise((done) => {
      this.#done.set(id, done);
      this.#actor.send({ type: 'task.spawn', id });
    });
  }

  close(): void {
    this.#actor.stop();
  }
}
