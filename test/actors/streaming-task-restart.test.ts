import { beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamingTask } from '../../src/actors/streaming-task.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { channelTask } from '../support/channel-task.ts';
import { hungSource } from '../support/item-sources.ts';
import { recordingLogger } from '../support/recording-logger.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const rest = (): Promise<void> => clock.advance(0);

const stuck = new Error('the shutter is stuck');

describe('StreamingTask', () => {
  describe('started while it runs', () => {
    it('warns, stops the old run, then starts the new one', async () => {
      const logger = recordingLogger();
      const { task, channels, handled } = channelTask({ logger, clock });
      task.start();
      await rest();
      channels[0]?.give('old');
      await rest();
      task.start();
      expect(task.isRunning()).toBe(true);
      channels[0]?.give('too late');
      await rest();
      expect(channels.map(({ closed }) => closed)).toEqual([1, 0]);
      channels[1]?.give('new');
      await rest();
      expect(handled).toEqual(['old', 'new']);
      expect(logger.lines).toMatchObject([{ level: 'warn', fields: { task: 'monitor' } }]);
      await task.stop();
      expect(clock.pending).toBe(0);
    });

    it('opens the new source only when the old one has closed', async () => {
      const gate = deferred<void>();
      const steps: string[] = [];
      const task = new StreamingTask<number>('monitor', {
        generate: async function* (signal) {
          steps.push('open');
          try {
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
            });
            yield 1;
          } finally {
            await gate.promise;
            steps.push('close');
          }
        },
        handle: () => {},
        clock,
      });
      task.start();
      await rest();
      task.start();
      task.start();
      await rest();
      expect(steps).toEqual(['open']);
      gate.resolve();
      await rest();
      expect(steps).toEqual(['open', 'close', 'open']);
      await task.stop();
    });

    it('starts nothing new when it is stopped meanwhile', async () => {
      const { task, channels } = channelTask({ clock });
      task.start();
      await rest();
      task.start();
      await task.stop();
      await rest();
      expect([channels.length, task.isRunning()]).toEqual([1, false]);
    });

    it('ends the wait of a stop with the run it was for, not with the one that follows', async () => {
      const { task, channels } = channelTask({ clock });
      task.start();
      await rest();
      const stopped = task.stop();
      task.start();
      await stopped;
      await rest();
      expect([channels.length, task.isRunning()]).toEqual([2, true]);
      await task.stop();
    });

    it('is restarted by its own handler without a deadlock', async () => {
      let runs = 0;
      const task: StreamingTask<number> = new StreamingTask<number>('monitor', {
        generate: () => {
          runs += 1;
          return [runs];
        },
        handle: async (run) => {
          if (run >= 3) return;
          await task.stop();
          task.start();
        },
        clock,
      });
      task.start();
      await rest();
      expect([runs, task.isRunning()]).toEqual([3, false]);
    });
  });

  describe('whose source ignores everything', () => {
    it('is abandoned after its grace: stop() resolves, and says so in the log', async () => {
      const logger = recordingLogger();
      const { source, close } = hungSource();
      const options = { generate: () => source, handle: () => {}, logger, clock, graceMs: 200 };
      const task = new StreamingTask('deaf', options);
      task.start();
      await rest();
      const settled = vi.fn<() => void>();
      const stopped = task.stop().then(settled);
      await clock.advance(199);
      expect(settled).not.toHaveBeenCalled();
      await clock.advance(1);
      await stopped;
      expect(close).toHaveBeenCalledOnce();
      expect(logger.lines).toMatchObject([
        { level: 'warn', fields: { task: 'deaf', graceMs: 200 } },
      ]);
      expect(clock.pending).toBe(0);
    });

    it('has 5 s of grace unless told otherwise, also when start and stop alternate', async () => {
      const { source } = hungSource();
      const task = new StreamingTask('deaf', { generate: () => source, handle: () => {}, clock });
      task.start();
      await rest();
      const stopped = task.stop();
      for (let second = 0; second < 5; second += 1) {
        task.start();
        void task.stop();
        // oxlint-disable-next-line no-await-in-loop -- Second by second.
        await clock.advance(1_000);
      }
      await stopped;
      expect(clock.now()).toBe(5_000);
      expect(clock.pending).toBe(0);
    });

    it('starts the new run of a restart after the grace, and drops what the old one still gives', async () => {
      const old = deferred<number>();
      const handled: number[] = [];
      const onException = vi.fn<() => void>();
      let runs = 0;
      const task = new StreamingTask<number>('deaf', {
        generate: async function* () {
          runs += 1;
          yield runs === 1 ? await old.promise : 2;
        },
        handle: (item) => void handled.push(item),
        onException,
        clock,
        graceMs: 100,
      });
      task.start();
      await rest();
      task.start();
      await clock.advance(100);
      expect(runs).toBe(2);
      old.resolve(1);
      await rest();
      expect([handled, onException.mock.calls]).toEqual([[2], []]);
    });

    it('drops what an abandoned run fails with', async () => {
      const old = deferred<number>();
      const onException = vi.fn<() => void>();
      const task = new StreamingTask<number>('deaf', {
        generate: () => [old.promise],
        handle: () => {},
        onException,
        clock,
        graceMs: 100,
      });
      task.start();
      await rest();
      const stopped = task.stop();
      await clock.advance(100);
      await stopped;
      old.reject(stuck);
      await rest();
      expect(onException).not.toHaveBeenCalled();
    });
  });
});
