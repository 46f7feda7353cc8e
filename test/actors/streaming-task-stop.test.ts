import { beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamingTask } from '../../src/actors/streaming-task.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { channelTask } from '../support/channel-task.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const rest = (): Promise<void> => clock.advance(0);

describe('StreamingTask', () => {
  describe('stop()', () => {
    it('changes nothing when nothing runs', async () => {
      const { task, channels } = channelTask({ clock });
      await task.stop();
      expect(task.isRunning()).toBe(false);
      task.start();
      await rest();
      expect(channels).toHaveLength(1);
      await task.stop();
    });

    it('fires the signal, closes the source and waits for the loop to end', async () => {
      const { task, channels, signals } = channelTask({ clock });
      task.start();
      await rest();
      const stopped = task.stop();
      expect(signals[0]?.aborted).toBe(true);
      expect(task.isRunning()).toBe(false);
      await stopped;
      expect(channels[0]?.closed).toBe(1);
      expect(clock.pending).toBe(0);
    });

    it('waits for the handler, and hands on no further item', async () => {
      const gate = deferred<void>();
      const seen: number[] = [];
      const task = new StreamingTask<number>('count', {
        generate: () => [1, 2, 3],
        handle: async (item) => {
          seen.push(item);
          await gate.promise;
        },
        clock,
      });
      task.start();
      await rest();
      const settled = vi.fn<() => void>();
      const stopped = task.stop().then(settled);
      await rest();
      expect(settled).not.toHaveBeenCalled();
      gate.resolve();
      await stopped;
      expect(seen).toEqual([1]);
    });

    it('waits for the clean-up of the source', async () => {
      const gate = deferred<void>();
      const steps: string[] = [];
      const task = new StreamingTask<number>('count', {
        generate: async function* (signal) {
          try {
            yield 1;
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
            });
          } finally {
            await gate.promise;
            steps.push('clean');
          }
        },
        handle: () => {},
        clock,
      });
      task.start();
      await rest();
      const stopped = task.stop().then(() => steps.push('stopped'));
      await rest();
      expect(steps).toEqual([]);
      gate.resolve();
      await stopped;
      expect(steps).toEqual(['clean', 'stopped']);
    });

    it('opens no source when it follows start() in the same turn', async () => {
      const { task, channels } = channelTask({ clock });
      task.start();
      await task.stop();
      await rest();
      expect(channels).toEqual([]);
    });

    it('gives everyone who asks the end, and no stop is missed', async () => {
      const { task } = channelTask({ clock });
      for (let round = 0; round < 50; round += 1) {
        task.start();
        // oxlint-disable-next-line no-await-in-loop -- One race after the other.
        for (let turn = 0; turn < round % 12; turn += 1) await Promise.resolve();
        // oxlint-disable-next-line no-await-in-loop -- One race after the other.
        await Promise.all([task.stop(), task.stop()]);
        expect(task.isRunning()).toBe(false);
      }
      expect(clock.pending).toBe(0);
    });

    it('resolves as soon as it is noted inside the handler or the source', async () => {
      const handled: number[] = [];
      const task: StreamingTask<number> = new StreamingTask<number>('count', {
        generate: () => [1, 2, 3],
        handle: async (item) => {
          await task.stop();
          handled.push(item);
        },
        clock,
      });
      task.start();
      await rest();
      expect([handled, task.isRunning()]).toEqual([[1], false]);
      const source: StreamingTask<number> = new StreamingTask<number>('source', {
        generate: async function* () {
          yield 1;
          await source.stop();
          yield 2;
        },
        handle: (item) => void handled.push(item),
        clock,
      });
      source.start();
      await rest();
      expect([handled, source.isRunning()]).toEqual([[1, 1], false]);
    });

    it('ends a synchronous source that stops the task itself, and cleans it up', async () => {
      const cleaned = vi.fn<() => void>();
      const onException = vi.fn<() => void>();
      const task: StreamingTask<number> = new StreamingTask<number>('count', {
        generate: function* () {
          try {
            void task.stop();
            yield 1;
          } finally {
            cleaned();
          }
        },
        handle: () => {},
        onException,
        clock,
      });
      task.start();
      await rest();
      expect(task.isRunning()).toBe(false);
      expect(cleaned).toHaveBeenCalledOnce();
      expect(onException).not.toHaveBeenCalled();
    });

    it('is what `await using` calls', async () => {
      const made = channelTask({ clock });
      {
        await using task = made.task;
        task.start();
        await rest();
      }
      expect(made.channels[0]?.closed).toBe(1);
    });
  });
});
