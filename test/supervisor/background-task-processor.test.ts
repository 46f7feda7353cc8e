import { beforeEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { BackgroundTaskProcessor } from '../../src/supervisor/background-task-processor.ts';
import { controlledAction } from '../support/controlled-action.ts';
import { recordingLogger } from '../support/recording-logger.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const names = ({ tasks }: BackgroundTaskProcessor): string[] => tasks.map(({ name }) => name);

/** An action that says when it is aborted and takes `ms` to end after that. */
const closing =
  (log: string[], name: string, ms: number) =>
  ({ signal }: { readonly signal: AbortSignal }): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        log.push(`${name} told`);
        clock.setTimeout(() => {
          log.push(`${name} ended`);
          resolve();
        }, ms);
      });
    });

const fail = (): Promise<never> => Promise.reject(new Error('no light'));

describe('BackgroundTaskProcessor', () => {
  it('runs what it is given, once or at a frequency, and returns the task', async () => {
    const processor = new BackgroundTaskProcessor({ clock });
    const action = vi.fn<() => void>();
    const once = processor.submitTask(action);
    expect(once.running()).toBe(true);
    await once.ended;
    expect(action).toHaveBeenCalledOnce();
    const often = processor.submitTask(action, { frequencyHz: 10, name: 'often' });
    await clock.advance(300);
    expect(action).toHaveBeenCalledTimes(5);
    expect(names(processor)).toEqual(['often']);
    await often.stop();
  });

  it('forgets each task as soon as it has ended, however many end at once', async () => {
    const processor = new BackgroundTaskProcessor({ clock });
    const actions = Array.from({ length: 20 }, controlledAction);
    const tasks = actions.map(({ action }, index) =>
      processor.submitTask(action, { name: `task ${index}` }),
    );
    await clock.advance(0);
    expect(processor.tasks).toEqual(tasks);
    actions[3]?.calls[0]?.resolve(null);
    await tasks[3]?.ended;
    expect(processor.tasks).toEqual(tasks.filter((_, index) => index !== 3));
    for (const { calls } of actions) calls[0]?.resolve(null);
    await Promise.all(tasks.map(({ ended }) => ended));
    expect(processor.tasks).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('forgets a task that failed or was stopped', async () => {
    const processor = new BackgroundTaskProcessor({ clock });
    const failed = processor.submitTask(fail);
    const stopped = processor.submitTask(() => {}, { frequencyHz: 1 });
    await failed.ended;
    await stopped.stop();
    expect(processor.tasks).toEqual([]);
    expect(failed.state).toBe(RunState.ERRORED);
  });

  it('gives each task its own log, or else the log of the processor', async () => {
    const logger = recordingLogger();
    const own = recordingLogger();
    const processor = new BackgroundTaskProcessor({ logger, clock });
    await processor.submitTask(fail, { name: 'a' }).ended;
    await processor.submitTask(fail, { name: 'b', logger: own }).ended;
    expect(logger.lines).toMatchObject([{ level: 'error', fields: { task: 'a' } }]);
    expect(own.lines).toMatchObject([{ level: 'error', fields: { task: 'b' } }]);
  });

  it('passes the overlap on', () => {
    const processor = new BackgroundTaskProcessor({ clock });
    expect(() => processor.submitTask(() => {}, { overlap: 'pile' as never })).toThrow('`overlap`');
    expect(processor.tasks).toEqual([]);
  });

  it('does not mind tasks of the same name', async () => {
    await using processor = new BackgroundTaskProcessor({ clock });
    processor.submitTask(() => {}, { frequencyHz: 1, name: 'poll' });
    processor.submitTask(() => {}, { frequencyHz: 1, name: 'poll' });
    expect(names(processor)).toEqual(['poll', 'poll']);
  });

  describe('stop()', () => {
    it('stops the last submitted first, and the next when that has ended', async () => {
      const log: string[] = [];
      const processor = new BackgroundTaskProcessor({ clock });
      for (const name of ['a', 'b', 'c']) processor.submitTask(closing(log, name, 10), { name });
      await clock.advance(0);
      const stopped = processor.stop();
      await clock.advance(30);
      await stopped;
      expect(log).toEqual(['c told', 'c ended', 'b told', 'b ended', 'a told', 'a ended']);
      expect(processor.tasks).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('waits no longer than its grace, tells all to stop, and names what still runs', async () => {
      const logger = recordingLogger();
      const { action: deaf } = controlledAction();
      const log: string[] = [];
      const processor = new BackgroundTaskProcessor({ logger, clock });
      processor.submitTask(closing(log, 'first', 10), { name: 'first' });
      processor.submitTask(deaf, { name: 'deaf' });
      processor.submitTask(closing(log, 'last', 10), { name: 'last' });
      await clock.advance(0);
      const settled = vi.fn<() => void>();
      const stopped = processor.stop({ graceMs: 100 }).then(settled);
      await clock.advance(100);
      await stopped;
      expect(log).toEqual(['last told', 'last ended', 'first told', 'first ended']);
      expect(logger.lines).toMatchObject([{ level: 'warn', fields: { tasks: ['deaf'] } }]);
      expect(names(processor)).toEqual(['deaf']);
      expect(clock.pending).toBe(0);
    });

    it('gives everyone who asks the same end', async () => {
      const log: string[] = [];
      const processor = new BackgroundTaskProcessor({ clock });
      processor.submitTask(closing(log, 'a', 10));
      await clock.advance(0);
      const all = Promise.all([
        processor.stop(),
        processor.stop(),
        processor[Symbol.asyncDispose](),
      ]);
      await clock.advance(10);
      await all;
      expect(log).toEqual(['a told', 'a ended']);
    });

    it('refuses tasks from then on, with an error that says so', async () => {
      const processor = new BackgroundTaskProcessor({ clock });
      const stopped = processor.stop();
      expect(() => processor.submitTask(() => {}, { name: 'late' })).toThrow(
        expect.objectContaining({
          code: 'BACKGROUND_STOPPED',
          message: expect.stringContaining('"late"') as string,
        }),
      );
      await stopped;
    });

    it('does not wait for the task that it is called in', async () => {
      const processor = new BackgroundTaskProcessor({ clock });
      const task = processor.submitTask(() => processor.stop());
      await task.ended;
      expect(task.state).toBe(RunState.STOPPED);
    });
  });
});
