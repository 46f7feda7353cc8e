import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { controlledAction } from '../support/controlled-action.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

/** Whether a promise has settled once everything else has come to rest. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  const settled = vi.fn<() => void>();
  promise.then(settled, settled);
  await clock.advance(0);
  return settled.mock.calls.length > 0;
}

describe('BackgroundTask', () => {
  it('is stopped, and nothing more, before it is run', () => {
    const task = new BackgroundTask(() => {}, { name: 'poll', clock });
    expect(task.name).toBe('poll');
    expect(task.state).toBe(RunState.STOPPED);
    expect(task.running()).toBe(false);
    expect(task.hasErrored()).toBe(false);
    expect(task.exception()).toBeNull();
  });

  it('takes the name of its action when it is given none', () => {
    expect(new BackgroundTask(function readLight() {}).name).toBe('readLight');
    expect(new BackgroundTask(() => {}).name).toBe('background task');
  });

  it('starts, runs and stops by itself when its action is called once', async () => {
    const { action, calls } = controlledAction();
    const task = new BackgroundTask(action, { clock });
    task.run();
    expect(task.state).toBe(RunState.STARTING);
    expect(task.running()).toBe(true);
    await clock.advance(0);
    expect(task.state).toBe(RunState.RUNNING);
    calls[0]?.resolve('whatever');
    await task.ended;
    expect(task.state).toBe(RunState.STOPPED);
    expect(calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('makes the first call at once, also of a periodic task', async () => {
    const action = vi.fn<() => void>();
    const task = new BackgroundTask(action, { frequencyHz: 0.001, clock });
    task.run();
    await clock.advance(0);
    expect(action).toHaveBeenCalledOnce();
    await task.stop();
  });

  it('runs on when it is run again while it runs', async () => {
    const { action, calls } = controlledAction();
    const task = new BackgroundTask(action, { clock });
    task.run();
    task.run();
    await clock.advance(0);
    task.run();
    await clock.advance(0);
    expect(calls).toHaveLength(1);
    calls[0]?.resolve(null);
    await task.ended;
  });

  it.each([
    ['it has ended by itself', () => {}],
    [
      'it has failed',
      () => {
        throw new Error('no light');
      },
    ],
  ])('has one life: run() throws after %s', async (_, action) => {
    const task = new BackgroundTask(action, { clock });
    task.run();
    await task.ended;
    expect(() => task.run()).toThrow(
      expect.objectContaining({
        code: 'TASK_ALREADY_COMPLETED',
        message: 'Task has already completed, cannot run it again.',
      }),
    );
  });

  it('has one life: run() throws while it stops, and after', async () => {
    const { action, calls } = controlledAction();
    const task = new BackgroundTask(action, { clock });
    task.run();
    await clock.advance(0);
    const stopped = task.stop();
    expect(() => task.run()).toThrow('Task has already completed, cannot run it again.');
    calls[0]?.resolve(null);
    await stopped;
    expect(() => task.run()).toThrow('Task has already completed, cannot run it again.');
    expect(calls).toHaveLength(1);
  });

  describe('stop()', () => {
    it('changes nothing before run(), which works afterwards', async () => {
      const action = vi.fn<() => void>();
      const task = new BackgroundTask(action, { clock });
      await task.stop();
      expect(task.state).toBe(RunState.STOPPED);
      task.run();
      await task.ended;
      expect(action).toHaveBeenCalledOnce();
    });

    it('ends a wait of 10 s before the wait is over', async () => {
      const action = vi.fn<() => void>();
      const task = new BackgroundTask(action, { frequencyHz: 0.1, clock });
      task.run();
      await clock.advance(3_000);
      await task.stop();
      expect(clock.now()).toBe(3_000);
      expect(task.state).toBe(RunState.STOPPED);
      expect(clock.pending).toBe(0);
      await clock.advance(20_000);
      expect(action).toHaveBeenCalledOnce();
    });

    it('calls nothing when it follows run() in the same turn', async () => {
      const action = vi.fn<() => void>();
      const task = new BackgroundTask(action, { frequencyHz: 10, clock });
      task.run();
      expect(task.state).toBe(RunState.STARTING);
      const stopped = task.stop();
      expect(task.running()).toBe(false);
      await stopped;
      await clock.advance(1_000);
      expect(action).not.toHaveBeenCalled();
      expect(task.state).toBe(RunState.STOPPED);
    });

    it('never calls an action after it, whenever it comes in the first turns', async () => {
      for (let turns = 0; turns < 8; turns += 1) {
        let isStopped = false;
        const late = vi.fn<() => void>();
        const task = new BackgroundTask(() => (isStopped ? late() : undefined), {
          frequencyHz: 1_000,
          clock,
        });
        task.run();
        for (let turn = 0; turn < turns; turn += 1) {
          // oxlint-disable-next-line no-await-in-loop -- The race is in the turns.
          await Promise.resolve();
        }
        const stopped = task.stop();
        isStopped = true;
        // oxlint-disable-next-line no-await-in-loop -- One race after the other.
        await stopped;
        // oxlint-disable-next-line no-await-in-loop -- One race after the other.
        await clock.advance(10);
        expect({ turns, late: late.mock.calls.length, state: task.state }).toEqual({
          turns,
          late: 0,
          state: RunState.STOPPED,
        });
      }
    });

    it('fires the signal of the action, and resolves when the action has ended', async () => {
      const { action, calls } = controlledAction();
      const task = new BackgroundTask(action, { clock });
      task.run();
      await clock.advance(0);
      expect(calls[0]?.signal.aborted).toBe(false);
      const stopped = task.stop();
      expect(task.state).toBe(RunState.STOPPING);
      expect(calls[0]?.signal.aborted).toBe(true);
      expect(await hasSettled(stopped)).toBe(false);
      calls[0]?.resolve('late');
      await stopped;
      expect(task.state).toBe(RunState.STOPPED);
    });

    it('gives everyone who asks the end', async () => {
      const { action, calls } = controlledAction();
      const task = new BackgroundTask(action, { clock });
      task.run();
      await clock.advance(0);
      const all = Promise.all([task.stop(), task.stop(), task.ended]);
      expect(await hasSettled(all)).toBe(false);
      calls[0]?.resolve(null);
      await all;
      await task.stop();
      expect(task.state).toBe(RunState.STOPPED);
    });

    it('takes an action that ends by its signal as stopped, not failed', async () => {
      const outcomes: Record<string, (signal: AbortSignal) => unknown> = {
        'the reason': (signal) => signal.reason,
        'an AbortError': () => new DOMException('aborted', 'AbortError'),
        'an error with the reason as cause': (signal) =>
          new Error('read failed', { cause: signal.reason }),
      };
      for (const [name, outcome] of Object.entries(outcomes)) {
        const task = new BackgroundTask(
          ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(outcome(signal)));
            }),
          { name, clock },
        );
        task.run();
        // oxlint-disable-next-line no-await-in-loop -- One outcome after the other.
        await clock.advance(0);
        // oxlint-disable-next-line no-await-in-loop -- One outcome after the other.
        await task.stop();
        expect([name, task.state, task.exception()]).toEqual([name, RunState.STOPPED, null]);
      }
    });

    it('leaves a task that failed as it is', async () => {
      const task = new BackgroundTask(() => Promise.reject(new Error('no light')), { clock });
      task.run();
      await task.ended;
      await task.stop();
      expect(task.state).toBe(RunState.ERRORED);
    });

    it('rejects with WAIT_TIMEOUT when the action does not end in time, and stays told', async () => {
      const { action, calls } = controlledAction();
      const task = new BackgroundTask(action, { name: 'deaf', clock });
      task.run();
      await clock.advance(0);
      const refused = task.stop({ timeoutMs: 500 }).catch((error: unknown) => error);
      await clock.advance(500);
      expect(await refused).toMatchObject({
        code: 'WAIT_TIMEOUT',
        message: expect.stringContaining('"deaf"') as string,
      });
      expect(task.state).toBe(RunState.STOPPING);
      calls[0]?.resolve(null);
      await task.stop({ timeoutMs: 500 });
      expect(task.state).toBe(RunState.STOPPED);
      expect(clock.pending).toBe(0);
    });

    it('is what `await using` calls', async () => {
      const { action } = controlledAction();
      let task: BackgroundTask;
      {
        await using scoped = new BackgroundTask(action, { frequencyHz: 1, clock });
        task = scoped;
      }
      expect(task.running()).toBe(false);
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324])(
    'refuses a frequency of %s Hz',
    (frequencyHz) => {
      expect(() => new BackgroundTask(() => {}, { frequencyHz })).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining('`frequencyHz`') as string,
        }),
      );
    },
  );

  it('refuses an overlap it does not know, and an action that is no function', () => {
    expect(() => new BackgroundTask(() => {}, { overlap: 'pile' as never })).toThrow('`overlap`');
    expect(() => new BackgroundTask('poll' as never)).toThrow(TypeError);
  });
});
