import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import type { BackgroundTaskOptions } from '../../src/actors/background-task-options.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock({ now: 1_000_000 });
});

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimeout(resolve, ms));

/** Runs an action that takes `durations` (the last one again and again) and says when it was called. */
async function callTimes(
  durations: readonly number[],
  forMs: number,
  options: BackgroundTaskOptions,
): Promise<number[]> {
  const at: number[] = [];
  const startMs = clock.now();
  const task = new BackgroundTask(
    async () => {
      const takes = durations[Math.min(at.length, durations.length - 1)] ?? 0;
      at.push(clock.now() - startMs);
      if (takes > 0) await sleep(takes);
    },
    { ...options, clock },
  );
  task.run();
  await clock.advance(forMs);
  const stopped = task.stop();
  await clock.advance(1e6);
  await stopped;
  expect(clock.pending).toBe(0);
  return at;
}

describe('BackgroundTask', () => {
  it('calls its action at its frequency, in hertz', async () => {
    expect(await callTimes([0], 1_000, { frequencyHz: 4 })).toEqual([0, 250, 500, 750, 1_000]);
    expect(await callTimes([0], 20_000, { frequencyHz: 0.1 })).toEqual([0, 10_000, 20_000]);
  });

  it('does not drift: the time of the action is not added to the period', async () => {
    expect(await callTimes([99], 500, { frequencyHz: 10 })).toEqual([0, 100, 200, 300, 400, 500]);
    const at = await callTimes([30], 100_000, { frequencyHz: 3 });
    expect(at).toHaveLength(301);
    expect(at.at(-1)).toBeCloseTo(100_000, 6);
  });

  it('calls 20 times a second an action that takes the whole period', async () => {
    expect(await callTimes([50], 1_000, { frequencyHz: 20 })).toHaveLength(21);
  });

  it('keeps up with an action that takes a hair more than the period', async () => {
    const at = await callTimes([50.5], 10_000, { frequencyHz: 20 });
    expect(at.length).toBeGreaterThan(180);
  });

  describe('whose action takes longer than the period', () => {
    it('skips the missed ticks and keeps the phase', async () => {
      const at = await callTimes([250, 0], 600, { frequencyHz: 10 });
      expect(at).toEqual([0, 300, 400, 500, 600]);
    });

    it('runs the missed ticks back to back with overlap queue', async () => {
      const at = await callTimes([250, 0], 600, { frequencyHz: 10, overlap: 'queue' });
      expect(at).toEqual([0, 250, 250, 300, 400, 500, 600]);
    });

    it('can be stopped while it works off a queue', async () => {
      const action = vi.fn<() => void>();
      const task = new BackgroundTask(
        async () => {
          action();
          if (action.mock.calls.length === 1) await sleep(1_000);
          if (action.mock.calls.length === 3) void task.stop();
        },
        { frequencyHz: 1_000, overlap: 'queue', clock },
      );
      task.run();
      await clock.advance(2_000);
      expect(action).toHaveBeenCalledTimes(3);
      expect(task.state).toBe(RunState.STOPPED);
    });

    it('aborts the call and starts the next when it has ended, with overlap cancel', async () => {
      const events: string[] = [];
      const task = new BackgroundTask(
        async ({ signal }) => {
          events.push(`call at ${clock.now() - 1_000_000}`);
          signal.addEventListener('abort', () =>
            events.push(`abort at ${clock.now() - 1_000_000}`),
          );
          await sleep(250);
          events.push(`end at ${clock.now() - 1_000_000}`);
        },
        { frequencyHz: 10, overlap: 'cancel', clock },
      );
      task.run();
      await clock.advance(310);
      expect(events).toEqual([
        'call at 0',
        'abort at 100',
        'end at 250',
        'call at 250',
        'abort at 300',
      ]);
      const stopped = task.stop();
      await clock.advance(250);
      await stopped;
      expect(events.slice(5)).toEqual(['end at 500']);
      expect(clock.pending).toBe(0);
    });

    it('aborts nothing with overlap cancel when the call ends in time', async () => {
      const aborted = vi.fn<() => void>();
      const calls = vi.fn<() => void>();
      const task = new BackgroundTask(
        async ({ signal }) => {
          calls();
          signal.addEventListener('abort', aborted);
          await sleep(60);
        },
        { frequencyHz: 10, overlap: 'cancel', clock },
      );
      task.run();
      await clock.advance(480);
      expect(calls).toHaveBeenCalledTimes(5);
      expect(aborted).not.toHaveBeenCalled();
      await task.stop();
    });

    it('goes on after a cancelled call that ends by its signal, and errors after another error', async () => {
      const error = new Error('the shutter is stuck');
      let calls = 0;
      const task = new BackgroundTask(
        ({ signal }) =>
          new Promise((_, reject) => {
            calls += 1;
            signal.addEventListener('abort', () => reject(calls < 3 ? signal.reason : error));
          }),
        { frequencyHz: 10, overlap: 'cancel', clock },
      );
      task.run();
      await clock.advance(250);
      expect([calls, task.state]).toEqual([3, RunState.RUNNING]);
      await clock.advance(50);
      expect([calls, task.state]).toEqual([3, RunState.ERRORED]);
      expect(task.exception()).toBe(error);
    });
  });

  it('does not stand still when the clock is set back', async () => {
    let backMs = 0;
    const turned = { ...clock, now: () => clock.now() - backMs };
    const action = vi.fn<() => void>();
    const task = new BackgroundTask(action, { frequencyHz: 10, clock: turned });
    task.run();
    await clock.advance(200);
    expect(action).toHaveBeenCalledTimes(3);
    backMs = 3_600_000;
    await clock.advance(1_000);
    expect(action.mock.calls.length).toBeGreaterThanOrEqual(12);
    await task.stop();
  });

  it('takes frequencies that no clock can follow, without standing still or spinning', async () => {
    const action = vi.fn<() => void>();
    const task = new BackgroundTask(action, { frequencyHz: Number.MAX_VALUE, clock });
    task.run();
    await clock.advance(0.5);
    expect(action.mock.calls.length).toBeGreaterThan(10);
    await task.stop();
    expect(clock.pending).toBe(0);
  });
});
