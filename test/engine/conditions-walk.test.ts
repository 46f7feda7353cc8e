import { BehaviorSubject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { condition } from '../../src/index.ts';
import type { TaskHandle } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { randomOf } from '../support/random.ts';

const names = ['door', 'beam', 'vacuum'] as const;

describe('tasks whose conditions flap', () => {
  afterEach(closeEngines);

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'never start on one that is not met, and all come to their end (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const { engine, clock } = await startEngine({ concurrency: 3 });
      const state = new Map<string, boolean>(names.map((name) => [name, random.isLikely(0.5)]));
      const streams = new Map<string, BehaviorSubject<boolean>>(
        names.map((name) => [name, new BehaviorSubject(state.get(name) ?? false)]),
      );
      const set = (name: string, isMet: boolean): void => {
        state.set(name, isMet);
        streams.get(name)?.next(isMet);
      };
      // One of each kind: a stream, a function, and a function whose answer takes a turn.
      const isMet = (now: boolean): boolean => now;
      const conditions = {
        door: condition(streams.get('door') ?? new BehaviorSubject(false), isMet, { name: 'door' }),
        beam: condition(() => state.get('beam') ?? false, isMet, { name: 'beam', periodMs: 7 }),
        vacuum: condition(async () => state.get('vacuum') ?? false, isMet, {
          name: 'vacuum',
          periodMs: 5,
        }),
      };
      const wrong: string[] = [];
      const plugin = pluginOf(
        {
          setup: ({ input }) => {
            for (const name of input as readonly string[]) {
              if (state.get(name) !== true) wrong.push(name);
            }
          },
          process: async ({ pausePoint }) => {
            for (let step = 0; step < 3; step += 1) {
              await new Promise<void>((resolve) => clock.setTimeout(resolve, 3));
              await pausePoint();
            }
            return 'done';
          },
        },
        { retries: 1 },
      );
      const handles: TaskHandle[] = [];
      for (let step = 0; step < 200; step += 1) {
        if (step % 5 === 0) {
          const required = names.filter(() => random.isLikely(0.6));
          const requires = required.map((name) => conditions[name]);
          handles.push(engine.submit(plugin, required, { requires }));
        }
        for (const name of names) if (random.isLikely(0.3)) set(name, random.isLikely(0.6));
        await clock.advance(random.below(4));
      }
      for (const name of names) set(name, true);
      await clock.advance(60_000);
      const states = handles.map((handle) => handle.state);
      expect({ wrong, others: states.filter((each) => each !== 'completed') }).toEqual({
        wrong: [],
        others: [],
      });
      expect([...streams.values()].some(({ observed }) => observed)).toBe(false);
      expect(engine.conditions.list()).toEqual([]);
      expect(clock.pending).toBe(0);
    },
  );
});
