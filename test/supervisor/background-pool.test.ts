import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { BackgroundPool } from '../../src/supervisor/background-pool.ts';
import type { SupervisorAlarm } from '../../src/supervisor/supervisor-ports.ts';
import { controlledAction } from '../support/controlled-action.ts';
import { recordingLogger, throwingLogger } from '../support/recording-logger.ts';

let clock: SimulatedClock;
let alarms: SupervisorAlarm[];
let changes: boolean[];
let pool: BackgroundPool;

beforeEach(() => {
  clock = simulatedClock({ now: 1_000 });
  alarms = [];
  changes = [];
  pool = new BackgroundPool({
    clock,
    onAlarm: (alarm) => alarms.push(alarm),
    onChange: () => changes.push(pool.isDegraded),
  });
});

const names = (): string[] => pool.list().map(({ name }) => name);

const throwing = (): never => {
  throw new Error('no light');
};

const rejecting = (): Promise<never> => Promise.reject(new Error('no light'));

/** An action that fails in its first `failures` calls and stays after that. */
function failing(failures: number) {
  const errors: Error[] = [];
  const action = (): unknown => {
    if (errors.length >= failures) return undefined;
    const error = new Error(`failure ${errors.length + 1}`);
    errors.push(error);
    throw error;
  };
  return { action, errors };
}

describe('BackgroundPool', () => {
  it('runs an action, once or at a frequency, and returns a BackgroundTask', async () => {
    const action = vi.fn<() => void>();
    const task = pool.run(action, { name: 'temperatures', frequencyHz: 10 });
    expect(task).toBeInstanceOf(BackgroundTask);
    expect(task.name).toBe('temperatures');
    expect(task.running()).toBe(true);
    await clock.advance(200);
    expect(action).toHaveBeenCalledTimes(3);
    expect(task.state).toBe(RunState.RUNNING);
    await task.stop();
    expect(task.state).toBe(RunState.STOPPED);
    expect(() => task.run()).toThrow('Task has already completed, cannot run it again.');
    expect(clock.pending).toBe(0);
  });

  it('lists what runs, as data, and forgets what has ended at once', async () => {
    const { action, calls } = controlledAction();
    const once = pool.run(action, { name: 'once' });
    const often = pool.run(() => {}, { frequencyHz: 5, restart: 'transient', name: 'often' });
    await clock.advance(0);
    expect(pool.list()).toEqual([
      {
        name: 'once',
        state: RunState.RUNNING,
        frequencyHz: null,
        restart: 'temporary',
        restarts: 0,
        isDown: false,
        startedAt: 1_000,
        lastError: null,
      },
      expect.objectContaining({ name: 'often', frequencyHz: 5, restart: 'transient' }),
    ]);
    calls[0]?.resolve(null);
    await once.ended;
    expect(names()).toEqual(['often']);
    await often.stop();
    expect(names()).toEqual([]);
    expect(alarms).toEqual([]);
  });

  it('raises an alarm when a temporary task fails, and does not start it again', async () => {
    const { action, errors } = failing(9);
    const task = pool.run(action, { name: 'temperatures', frequencyHz: 10 });
    await task.ended;
    expect(task.hasErrored()).toBe(true);
    expect(task.exception()).toBe(errors[0]);
    expect(alarms).toEqual([
      {
        source: 'background:temperatures',
        message: expect.any(String) as string,
        error: expect.objectContaining({ code: 'CHILD_FAILED', message: 'failure 1' }) as object,
      },
    ]);
    expect([errors.length, names(), pool.isDegraded]).toEqual([1, [], false]);
  });

  describe('restart', () => {
    it('starts a transient task again after an error, beneath the same object', async () => {
      const { action, errors } = failing(2);
      const task = pool.run(action, { name: 'poll', restart: 'transient', frequencyHz: 10 });
      await clock.advance(0);
      expect(errors).toHaveLength(2);
      expect([task.state, task.hasErrored(), task.exception()]).toEqual([
        RunState.RUNNING,
        false,
        null,
      ]);
      expect(pool.list()).toMatchObject([
        {
          name: 'poll',
          restarts: 2,
          isDown: false,
          lastError: { message: 'failure 2', attempt: 2 },
        },
      ]);
      expect(alarms).toEqual([]);
      await task.stop();
      expect([task.state, names()]).toEqual([RunState.STOPPED, []]);
    });

    it.each([
      ['transient', 1],
      ['permanent', 3],
    ] as const)('starts a %s task that ended by itself: %s calls', async (restart, expected) => {
      const action = vi.fn<() => void>();
      const task = pool.run(action, { restart, maxRestarts: 2 });
      await task.ended;
      expect(action).toHaveBeenCalledTimes(expected);
      expect(alarms).toHaveLength(restart === 'permanent' ? 1 : 0);
    });

    it('starts no task again that was told to stop, whatever its type', async () => {
      const { action, calls } = controlledAction();
      const task = pool.run(action, { restart: 'permanent' });
      await clock.advance(0);
      const stopped = task.stop();
      calls[0]?.reject(new Error('stuck'));
      await stopped;
      await clock.advance(0);
      expect([calls.length, names(), task.hasErrored()]).toEqual([1, [], true]);
      expect(alarms).toHaveLength(1);
    });

    it('starts no task again that is stopped in the moment of its failure', async () => {
      const { action, calls } = controlledAction();
      const task = pool.run(action, { restart: 'permanent' });
      await clock.advance(0);
      calls[0]?.reject(new Error('stuck'));
      while (task.running()) {
        // oxlint-disable-next-line no-await-in-loop -- To the very turn in which it fails.
        await Promise.resolve();
      }
      await task.stop();
      await clock.advance(0);
      expect([calls.length, names()]).toEqual([1, []]);
    });

    it('gives up when the budget is spent: down, an alarm, and still listed', async () => {
      const { action, errors } = failing(9);
      const task = pool.run(action, { name: 'poll', restart: 'permanent', frequencyHz: 10 });
      await task.ended;
      expect(errors).toHaveLength(4);
      expect(task.exception()).toBe(errors[3]);
      expect(pool.list()).toMatchObject([
        { name: 'poll', isDown: true, restarts: 3, state: RunState.ERRORED },
      ]);
      expect(pool.isDegraded).toBe(true);
      expect(changes.at(-1)).toBe(true);
      expect(alarms).toMatchObject([
        { source: 'background:poll', error: { message: 'failure 4', attempt: 4 } },
      ]);
    });

    it('counts only the restarts within the window', async () => {
      const { action, errors } = failing(9);
      const slow = async (): Promise<void> => {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 400));
        action();
      };
      const options = { restart: 'transient', maxRestarts: 2, windowMs: 1_000 } as const;
      const task = pool.run(slow, options);
      await clock.advance(2_000);
      expect([errors.length, pool.isDegraded]).toEqual([3, true]);
      const patient = pool.run(slow, { ...options, windowMs: 700 });
      await clock.advance(2_000);
      expect(patient.running()).toBe(true);
      const stopped = patient.stop();
      await clock.advance(400);
      await stopped;
      await task.stop();
    });

    it('starts a task that is down when a person renews its budget', async () => {
      const { action, errors } = failing(4);
      const task = pool.run(action, { name: 'poll', restart: 'transient', frequencyHz: 10 });
      await task.ended;
      expect(pool.isDegraded).toBe(true);
      pool.renewBudget('poll');
      expect(task.running()).toBe(true);
      expect([pool.isDegraded, changes.at(-1)]).toEqual([false, false]);
      await clock.advance(100);
      expect(errors).toHaveLength(4);
      expect(pool.list()).toMatchObject([{ state: RunState.RUNNING, restarts: 4 }]);
      await task.stop();
      await task.ended;
      expect(names()).toEqual([]);
    });

    it('lets a running task keep running when its budget is renewed', async () => {
      const { action, errors } = failing(4);
      const task = pool.run(() => (clock.now() > 1_000 ? action() : undefined), {
        name: 'poll',
        restart: 'transient',
        frequencyHz: 10,
        maxRestarts: 2,
      });
      await clock.advance(50);
      pool.renewBudget('poll');
      expect([task.running(), errors.length]).toEqual([true, 0]);
      await task.stop();
      expect(() => pool.renewBudget('poll')).toThrow(
        expect.objectContaining({ code: 'CHILD_UNKNOWN' }),
      );
    });

    it('forgets a task that is down when it is stopped', async () => {
      const { action } = failing(9);
      const task = pool.run(action, { name: 'poll', restart: 'transient', maxRestarts: 0 });
      await task.ended;
      expect(names()).toEqual(['poll']);
      await task.stop();
      expect([names(), pool.isDegraded, changes.at(-1)]).toEqual([[], false, false]);
    });

    it('resolves a stop inside the action, also in a later life', async () => {
      let lives = 0;
      const task: BackgroundTask = pool.run(
        async () => {
          lives += 1;
          if (lives === 1) throw new Error('first');
          await task.stop();
        },
        { restart: 'permanent' },
      );
      await task.ended;
      expect([lives, task.state, names()]).toEqual([2, RunState.STOPPED, []]);
    });
  });

  it('survives listeners and logs that throw', async () => {
    for (const listener of [throwing, rejecting]) {
      const hostile = new BackgroundPool({
        clock,
        logger: throwingLogger,
        onAlarm: listener,
        onChange: listener,
      });
      const task = hostile.run(() => rejecting(), { restart: 'transient' });
      // oxlint-disable-next-line no-await-in-loop -- One listener after the other.
      await task.ended;
      expect([hostile.isDegraded, hostile.list().length]).toEqual([true, 1]);
    }
  });

  it('logs what fails to the log of the task, or else of the pool', async () => {
    const logger = recordingLogger();
    const own = recordingLogger();
    const logged = new BackgroundPool({ clock, logger });
    await logged.run(rejecting, { name: 'a' }).ended;
    await logged.run(rejecting, { name: 'b', logger: own }).ended;
    expect(logger.lines.filter(({ fields }) => fields['task'] === 'a')).toHaveLength(1);
    expect(own.lines.map(({ fields }) => fields['task'])).toEqual(['b']);
  });
});
