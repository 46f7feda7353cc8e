import { beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamingTask } from '../../src/actors/streaming-task.ts';
import type { StreamingTaskOptions } from '../../src/actors/streaming-task.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { ItemChannel } from '../support/item-channel.ts';
import { brokenSource } from '../support/item-sources.ts';
import { recordingLogger, throwingLogger } from '../support/recording-logger.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

const rest = (): Promise<void> => clock.advance(0);

const stuck = new Error('the shutter is stuck');

const failing: Record<string, Pick<StreamingTaskOptions<number>, 'generate' | 'handle'>> = {
  'a source that fails': { generate: () => brokenSource(stuck), handle: () => {} },
  'a source that cannot be opened': {
    generate: () => {
      throw stuck;
    },
    handle: () => {},
  },
  'a source that is opened by a promise that rejects': {
    generate: () => Promise.reject(stuck),
    handle: () => {},
  },
  'a handler that throws': {
    generate: () => [1, 2],
    handle: () => {
      throw stuck;
    },
  },
  'a handler that rejects': { generate: () => [1, 2], handle: () => Promise.reject(stuck) },
};

describe('StreamingTask', () => {
  describe.each(Object.entries(failing))('with %s', (_, work) => {
    it('ends, hands the very same error to onException once, and can be started again', async () => {
      const onException = vi.fn<(error: unknown) => void>();
      const task = new StreamingTask('monitor', { ...work, onException, clock });
      task.start();
      await rest();
      expect(task.isRunning()).toBe(false);
      expect(onException.mock.calls).toEqual([[stuck]]);
      task.start();
      await rest();
      expect(onException).toHaveBeenCalledTimes(2);
    });

    it('warns when there is no onException, and survives a logger that throws', async () => {
      const logger = recordingLogger();
      const task = new StreamingTask('monitor', { ...work, logger, clock });
      task.start();
      await rest();
      expect(logger.lines).toEqual([
        {
          level: 'warn',
          fields: { task: 'monitor', err: stuck },
          message: expect.stringContaining('"monitor"') as string,
        },
      ]);
      const deaf = new StreamingTask('deaf', { ...work, logger: throwingLogger, clock });
      deaf.start();
      await rest();
      expect(deaf.isRunning()).toBe(false);
    });
  });

  it('closes the source when the handler fails, and reports the first error only', async () => {
    const channel = new ItemChannel<number>();
    const closing = vi.spyOn(channel, 'return').mockRejectedValue(new Error('cannot close'));
    const onException = vi.fn<(error: unknown) => void>();
    const handle = (): Promise<never> => Promise.reject(stuck);
    const task = new StreamingTask('monitor', { generate: () => channel, handle, onException });
    task.start();
    await rest();
    channel.give(1);
    await rest();
    expect(closing).toHaveBeenCalledOnce();
    expect(onException.mock.calls).toEqual([[stuck]]);
  });

  it('reports what the source throws while it closes', async () => {
    const onException = vi.fn<(error: unknown) => void>();
    const task = new StreamingTask<number>('monitor', {
      generate: async function* () {
        try {
          yield 1;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- A clean-up that fails.
          throw stuck;
        }
      },
      handle: () => void task.stop(),
      onException,
      clock,
    });
    task.start();
    await rest();
    expect(onException.mock.calls).toEqual([[stuck]]);
    expect(task.isRunning()).toBe(false);
  });

  it('does not take an end by the signal for an error', async () => {
    const onException = vi.fn<() => void>();
    const task = new StreamingTask<number>('monitor', {
      generate: async function* (signal) {
        yield 1;
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      handle: () => {},
      onException,
      clock,
    });
    task.start();
    await rest();
    await task.stop();
    expect(onException).not.toHaveBeenCalled();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('handler down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler down'))],
  ])('logs an onException that %s', async (_, onException) => {
    const logger = recordingLogger();
    const generate = (): AsyncIterable<number> => brokenSource(stuck);
    const options = { generate, handle: () => {}, onException, logger, clock };
    const task = new StreamingTask('monitor', options);
    task.start();
    await rest();
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { task: 'monitor', cause: stuck } },
    ]);
    expect(task.isRunning()).toBe(false);
  });

  it('can be started again inside onException, without a warning', async () => {
    const logger = recordingLogger();
    let runs = 0;
    const task: StreamingTask<number> = new StreamingTask<number>('monitor', {
      generate: () => {
        runs += 1;
        return runs < 3 ? brokenSource(stuck) : [];
      },
      handle: () => {},
      onException: () => task.start(),
      logger,
      clock,
    });
    task.start();
    await rest();
    expect([runs, task.isRunning(), logger.lines]).toEqual([3, false, []]);
  });
});
