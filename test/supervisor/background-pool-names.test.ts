import { beforeEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { BackgroundPool } from '../../src/supervisor/background-pool.ts';
import type { BackgroundOptions } from '../../src/supervisor/background-pool.ts';
import { controlledAction } from '../support/controlled-action.ts';

let clock: SimulatedClock;
let pool: BackgroundPool;

beforeEach(() => {
  clock = simulatedClock();
  pool = new BackgroundPool({ clock });
});

const names = (): string[] => pool.list().map(({ name }) => name);
function readTemperatures(): void {}

const loop = { frequencyHz: 1 } as const;

describe('BackgroundPool', () => {
  it('takes the name of the action when it is given none, and numbers the next ones', () => {
    for (let count = 0; count < 3; count += 1) pool.run(readTemperatures, loop);
    pool.run(() => {}, loop);
    expect(names()).toEqual([
      'readTemperatures',
      'readTemperatures#2',
      'readTemperatures#3',
      'background task',
    ]);
  });

  it('refuses the name of a live task, and takes it again when that has ended', async () => {
    const first = pool.run(() => {}, { ...loop, name: 'poll' });
    expect(() => pool.run(() => {}, { ...loop, name: 'poll' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/`name`.*"poll"/) as string,
      }),
    );
    expect(names()).toEqual(['poll']);
    await first.stop();
    expect(pool.run(() => {}, { ...loop, name: 'poll' }).name).toBe('poll');
  });

  it('numbers tasks of the same name when it is told to', () => {
    const options = { ...loop, name: 'poll', onDuplicateName: 'number' } as const;
    for (let count = 0; count < 3; count += 1) pool.run(() => {}, options);
    expect(names()).toEqual(['poll', 'poll#2', 'poll#3']);
  });

  it.each<[string, BackgroundOptions]>([
    ['frequencyHz', { frequencyHz: -1 }],
    ['overlap', { overlap: 'pile' as never }],
    ['restart', { restart: 'sometimes' as never }],
    ['maxRestarts', { maxRestarts: -1 }],
    ['maxRestarts', { maxRestarts: 1.5 }],
    ['windowMs', { windowMs: 0 }],
    ['windowMs', { windowMs: Number.NaN }],
  ])('refuses %s of %o, and starts nothing', (name, options) => {
    expect(() => pool.run(() => {}, options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`\`${name}\``) as string,
      }),
    );
    expect(names()).toEqual([]);
  });

  describe('stopAll()', () => {
    it('stops the last started first, and the next when that has ended', async () => {
      const log: string[] = [];
      const ended: (() => void)[] = [];
      for (const name of ['a', 'b', 'c']) {
        pool.run(
          ({ signal }) =>
            new Promise<void>((resolve) => {
              ended.push(resolve);
              signal.addEventListener('abort', () => log.push(name));
            }),
          { name, restart: 'permanent' },
        );
      }
      await clock.advance(0);
      const stopped = pool.stopAll();
      await clock.advance(0);
      expect(log).toEqual(['c']);
      for (const index of [2, 1, 0]) {
        ended[index]?.();
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        await clock.advance(0);
      }
      expect(log).toEqual(['c', 'b', 'a']);
      expect(await stopped).toEqual([]);
      expect([names(), clock.pending]).toEqual([[], 0]);
    });

    it('names what still runs after its grace', async () => {
      const { action: deaf } = controlledAction();
      pool.run(() => {}, { ...loop, name: 'first' });
      pool.run(deaf, { name: 'deaf' });
      pool.run(deaf, { name: 'deafer' });
      await clock.advance(0);
      const settled = vi.fn<(late: readonly string[]) => void>();
      const stopped = pool.stopAll({ graceMs: 300 }).then(settled);
      await clock.advance(300);
      await stopped;
      expect(settled.mock.calls).toEqual([[['deafer', 'deaf']]]);
      expect(names()).toEqual(['deaf', 'deafer']);
      expect(clock.pending).toBe(0);
    });

    it('starts nothing more, and gives everyone who asks the same end', async () => {
      pool.run(() => {}, { ...loop, name: 'poll' });
      const all = Promise.all([pool.stopAll(), pool.stopAll(), pool[Symbol.asyncDispose]()]);
      for (const start of [
        () => pool.run(() => {}, { name: 'late' }),
        () => pool.renewBudget('poll'),
      ]) {
        expect(start).toThrow(expect.objectContaining({ code: 'BACKGROUND_STOPPED' }));
      }
      await all;
      expect(names()).toEqual([]);
    });

    it('does not wait for the task that it is called in', async () => {
      const task = pool.run(() => pool.stopAll());
      await task.ended;
      expect(task.running()).toBe(false);
    });
  });
});
