import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { controlledAction } from '../support/controlled-action.ts';
import { recordingLogger, rejectingLogger, throwingLogger } from '../support/recording-logger.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const unreadable = new Proxy(new Error('hidden'), {
  get: () => {
    throw new Error('not readable');
  },
  getPrototypeOf: () => {
    throw new Error('not readable');
  },
});

const thrownThings: readonly (readonly [string, unknown])[] = [
  ['an error', new TypeError('no light')],
  ['a text', 'no light'],
  ['an object', { code: 7 }],
  ['null', null],
  ['an abort that nobody asked for', new DOMException('aborted', 'AbortError')],
  ['an error that cannot be read', unreadable],
];

describe('BackgroundTask', () => {
  describe.each(thrownThings)('whose action fails with %s', (_, thrown) => {
    const ways: Record<string, () => unknown> = {
      throws: () => {
        throw thrown;
      },
      rejects: () => Promise.reject(thrown),
      'rejects later': async () => {
        await Promise.resolve();
        throw thrown;
      },
    };

    it.each(Object.entries(ways))(
      'errors when it %s, and keeps the very same thing',
      async (__, action) => {
        const task = new BackgroundTask(action, { frequencyHz: 10, clock });
        task.run();
        await task.ended;
        expect(task.state).toBe(RunState.ERRORED);
        expect(task.hasErrored()).toBe(true);
        expect(task.running()).toBe(false);
        expect(Object.is(task.exception(), thrown)).toBe(true);
        expect(clock.pending).toBe(0);
      },
    );
  });

  it('is called no more after an error', async () => {
    const action = vi.fn<() => void>(() => {
      if (clock.now() >= 200) throw new Error('no light');
    });
    const task = new BackgroundTask(action, { frequencyHz: 10, clock });
    task.run();
    await clock.advance(1_000);
    expect(action).toHaveBeenCalledTimes(3);
    expect(task.state).toBe(RunState.ERRORED);
  });

  it('logs its failure once, as an error', async () => {
    const logger = recordingLogger();
    const error = new Error('no light');
    const task = new BackgroundTask(() => Promise.reject(error), { name: 'poll', logger, clock });
    task.run();
    await task.ended;
    expect(logger.lines).toEqual([
      {
        level: 'error',
        fields: { task: 'poll', err: error },
        message: expect.any(String) as string,
      },
    ]);
    expect(logger.lines[0]?.message).toContain('"poll"');
  });

  it('logs nothing when it is stopped', async () => {
    const logger = recordingLogger();
    const task = new BackgroundTask(() => {}, { frequencyHz: 10, logger, clock });
    task.run();
    await clock.advance(500);
    await task.stop();
    expect(logger.lines).toEqual([]);
  });

  it.each([
    ['throws', throwingLogger],
    ['rejects', rejectingLogger],
  ])('survives a logger that %s', async (_, logger) => {
    const error = new Error('no light');
    const task = new BackgroundTask(() => Promise.reject(error), { logger, clock });
    task.run();
    await task.ended;
    expect(task.exception()).toBe(error);
    expect(task.state).toBe(RunState.ERRORED);
  });

  it('errors when the action fails for a reason of its own while it is being stopped', async () => {
    const { action, calls } = controlledAction();
    const task = new BackgroundTask(action, { clock });
    task.run();
    await clock.advance(0);
    const stopped = task.stop();
    const error = new Error('the shutter is stuck');
    calls[0]?.reject(error);
    await stopped;
    expect(task.state).toBe(RunState.ERRORED);
    expect(task.exception()).toBe(error);
  });

  it('takes a thenable that throws as a failure', async () => {
    const task = new BackgroundTask(
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- A hostile one.
        get then(): never {
          throw new Error('no then');
        },
      }),
      { clock },
    );
    task.run();
    await task.ended;
    expect(task.exception()).toMatchObject({ message: 'no then' });
  });
});
