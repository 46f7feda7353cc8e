import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { controlledAction } from '../support/controlled-action.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

describe('BackgroundTask', () => {
  describe('stop() called inside its own action', () => {
    it('resolves as soon as it is noted, and the task stops when the action has ended', async () => {
      const states: RunState[] = [];
      const task = new BackgroundTask(
        async ({ signal }) => {
          await task.stop();
          states.push(task.state);
          expect(signal.aborted).toBe(true);
        },
        { frequencyHz: 10, clock },
      );
      task.run();
      await task.ended;
      expect(states).toEqual([RunState.STOPPING]);
      expect(task.state).toBe(RunState.STOPPED);
      expect(task.exception()).toBeNull();
    });

    it('does so however deep, and behind timers and other promises', async () => {
      const stopDeep = async (): Promise<void> => {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
        await Promise.all([Promise.resolve(), task.stop()]);
      };
      const task = new BackgroundTask(() => stopDeep(), { clock });
      task.run();
      await clock.advance(10);
      expect(task.state).toBe(RunState.STOPPED);
    });

    it('does so in a task that the action has started, which would make it wait for itself', async () => {
      const outer = new BackgroundTask(
        async () => {
          const inner = new BackgroundTask(() => outer.stop(), { clock });
          inner.run();
          await inner.ended;
        },
        { clock },
      );
      outer.run();
      await outer.ended;
      expect(outer.state).toBe(RunState.STOPPED);
    });

    it('waits for the end when it is called by what an earlier call left behind', async () => {
      const { action, calls } = controlledAction();
      let leftBehind: Promise<void> | null = null;
      const go = deferred<void>();
      const task = new BackgroundTask(
        (context) => {
          leftBehind ??= go.promise.then(() => task.stop());
          return action(context);
        },
        { frequencyHz: 10, clock },
      );
      task.run();
      await clock.advance(0);
      calls[0]?.resolve(null);
      await clock.advance(100);
      expect(calls).toHaveLength(2);
      const settled = vi.fn<() => void>();
      go.resolve();
      void (leftBehind as Promise<void> | null)?.then(settled);
      await clock.advance(0);
      expect(task.state).toBe(RunState.STOPPING);
      expect(settled).not.toHaveBeenCalled();
      calls[1]?.resolve(null);
      await clock.advance(0);
      expect(settled).toHaveBeenCalledOnce();
    });
  });

  it('does not deadlock with a task that stops it while it stops that one', async () => {
    const tasks: BackgroundTask[] = [];
    const stopper = (index: number): BackgroundTask =>
      new BackgroundTask(
        async () => {
          await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
          await tasks[index]?.stop();
        },
        { clock },
      );
    tasks.push(stopper(1), stopper(2), stopper(0));
    for (const task of tasks) task.run();
    await clock.advance(10);
    expect(tasks.map(({ state }) => state)).toEqual([1, 1, 1]);
    await Promise.all(tasks.map(({ ended }) => ended));
  });

  it('waits for another task that it stops', async () => {
    const { action, calls } = controlledAction();
    const other = new BackgroundTask(action, { clock });
    other.run();
    const task = new BackgroundTask(() => other.stop(), { clock });
    task.run();
    await clock.advance(0);
    expect(task.state).toBe(RunState.RUNNING);
    calls[0]?.resolve(null);
    await task.ended;
    expect(other.state).toBe(RunState.STOPPED);
  });

  describe('BackgroundTask.signal', () => {
    it('is the signal of the action that the present code is part of', async () => {
      const seen: (AbortSignal | undefined)[] = [];
      const own: AbortSignal[] = [];
      const look = async (): Promise<void> => {
        await Promise.resolve();
        seen.push(BackgroundTask.signal);
      };
      const task = new BackgroundTask(
        async ({ signal }) => {
          own.push(signal);
          await look();
        },
        { clock },
      );
      task.run();
      await task.ended;
      expect(seen).toEqual(own);
      expect(own).toHaveLength(1);
    });

    it('is undefined elsewhere, and in what a call has left behind', async () => {
      expect(BackgroundTask.signal).toBeUndefined();
      const go = deferred<void>();
      let later: Promise<AbortSignal | undefined> | null = null;
      const task = new BackgroundTask(
        () => {
          later = go.promise.then(() => BackgroundTask.signal);
        },
        { clock },
      );
      task.run();
      await task.ended;
      go.resolve();
      expect(await (later as Promise<AbortSignal | undefined> | null)).toBeUndefined();
    });
  });
});
