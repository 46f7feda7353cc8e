import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamingTask } from '../../src/actors/streaming-task.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { channelTask } from '../support/channel-task.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { watchedSignal } from '../support/watched-signal.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const rest = (): Promise<void> => clock.advance(0);

describe('StreamingTask', () => {
  it('hands every item to the handler, in order, and ends with the source', async () => {
    const handled: number[] = [];
    const task = new StreamingTask('count', {
      generate: async function* () {
        yield* [1, 2, 3];
      },
      handle: (item: number) => void handled.push(item),
    });
    expect(task.name).toBe('count');
    expect(task.isRunning()).toBe(false);
    task.start();
    expect(task.isRunning()).toBe(true);
    await vi.waitFor(() => expect(task.isRunning()).toBe(false));
    expect(handled).toEqual([1, 2, 3]);
  });

  it('takes a synchronous source, and a promise of a source', async () => {
    for (const generate of [() => [1, 2], async () => [1, 2]]) {
      const handled: number[] = [];
      const handle = (item: number): void => void handled.push(item);
      const task = new StreamingTask<number>('count', { generate, handle, clock });
      task.start();
      // oxlint-disable-next-line no-await-in-loop -- One source after the other.
      await rest();
      expect([handled, task.isRunning()]).toEqual([[1, 2], false]);
    }
  });

  it('asks for the next item when the handler is done with the last', async () => {
    const gates = [deferred<void>(), deferred<void>()];
    let handled = 0;
    const { task, channels } = channelTask({
      clock,
      handle: async () => {
        await gates[handled]?.promise;
        handled += 1;
      },
    });
    task.start();
    await rest();
    channels[0]?.give('a');
    await rest();
    expect(channels[0]?.asked).toBe(1);
    gates[0]?.resolve();
    await rest();
    expect(channels[0]?.asked).toBe(2);
    gates[1]?.resolve();
    await task.stop();
  });

  it('lets everything else run beside a source that never waits', async () => {
    const closed = vi.fn<() => void>();
    const task = new StreamingTask<number>('busy', {
      generate: function* (signal) {
        try {
          for (let item = 0; !signal.aborted; item += 1) yield item;
        } finally {
          closed();
        }
      },
      handle: () => {},
    });
    task.start();
    await nextTurn();
    await nextTurn();
    expect(closed).not.toHaveBeenCalled();
    await task.stop();
    expect(closed).toHaveBeenCalledOnce();
  });

  it('can be started again after each end', async () => {
    const { task, channels, handled } = channelTask({ clock });
    for (let run = 0; run < 5; run += 1) {
      task.start();
      // oxlint-disable-next-line no-await-in-loop -- One run after the other.
      await rest();
      channels[run]?.give(`item of run ${run}`);
      // oxlint-disable-next-line no-await-in-loop -- One run after the other.
      await rest();
      if (run % 2 === 0) channels[run]?.end();
      // oxlint-disable-next-line no-await-in-loop -- One run after the other.
      else await task.stop();
      // oxlint-disable-next-line no-await-in-loop -- One run after the other.
      await rest();
      expect(task.isRunning()).toBe(false);
    }
    expect(handled).toEqual([0, 1, 2, 3, 4].map((run) => `item of run ${run}`));
    expect(clock.pending).toBe(0);
  });

  describe('the signal given to start()', () => {
    it('stops the run, and is left alone when the run has ended', async () => {
      const { task, channels } = channelTask({ clock });
      const { controller, signal, listeners } = watchedSignal();
      task.start({ signal });
      await rest();
      expect(listeners()).toBe(1);
      channels[0]?.end();
      await rest();
      expect(listeners()).toBe(0);
      task.start({ signal });
      await rest();
      controller.abort();
      await rest();
      expect([task.isRunning(), channels[1]?.closed]).toEqual([false, 1]);
    });

    it('starts nothing when it has fired before, and stops what runs', async () => {
      const { task, channels } = channelTask({ clock });
      task.start({ signal: AbortSignal.abort() });
      await rest();
      expect([channels.length, task.isRunning()]).toEqual([0, false]);
      task.start();
      await rest();
      task.start({ signal: AbortSignal.abort() });
      await rest();
      expect([channels.length, task.isRunning()]).toEqual([1, false]);
    });

    it('does not stop the run that follows its own', async () => {
      const { task, channels } = channelTask({ clock });
      const first = watchedSignal();
      task.start({ signal: first.signal });
      await rest();
      task.start();
      first.controller.abort();
      await rest();
      expect([channels.length, task.isRunning()]).toEqual([2, true]);
      expect(first.listeners()).toBe(0);
      await task.stop();
    });
  });

  it('refuses a grace it cannot wait for, and parts that are no functions', () => {
    const parts = { generate: () => [], handle: () => {} };
    for (const graceMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new StreamingTask('x', { ...parts, graceMs })).toThrow('`graceMs`');
    }
    expect(() => new StreamingTask('x', { ...parts, handle: 1 as never })).toThrow(TypeError);
  });

  it('logs nothing while all is well', async () => {
    const logger = recordingLogger();
    const { task } = channelTask({ logger, clock });
    task.start();
    await rest();
    await task.stop();
    expect(logger.lines).toEqual([]);
  });
});
