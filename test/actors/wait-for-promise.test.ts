import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { waitForPromise } from '../../src/actors/wait-for-promise.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });

describe('TaskHandle.result and output', () => {
  afterEach(closeEngines);

  it.each(['result', 'output'] as const)(
    '%s ends a wait at its timeout, and leaves the task alone',
    async (method) => {
      const { engine, clock } = await startEngine();
      const handle = engine.submit(plain, 7, { hold: true });
      const wait = handle[method]({ timeoutMs: 100 });
      const refused = wait.catch((error: unknown) => error);
      await clock.advance(100);
      expect(await refused).toMatchObject({ code: 'WAIT_TIMEOUT' });
      expect([handle.status, clock.pending]).toEqual(['pending', 0]);
      await handle.resume();
      expect(await handle.output()).toBe(7);
    },
  );

  it('leaves no timer when the task ends in time', async () => {
    const { engine, clock } = await startEngine();
    const { signal } = new AbortController();
    const result = await engine.submit(plain).result({ timeoutMs: 1_000, signal });
    expect(result.taskStatus).toBe('completed');
    expect([clock.pending, getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  it.each(['before', 'while'])('ends a wait whose signal aborts %s it lasts', async (when) => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(plain, null, { hold: true });
    const controller = new AbortController();
    const reason = new Error('the page was left');
    if (when === 'before') controller.abort(reason);
    const wait = handle.result({ timeoutMs: 100, signal: controller.signal });
    const refused = wait.catch((error: unknown) => error);
    controller.abort(reason);
    expect(await refused).toMatchObject({ code: 'WAIT_ABORTED', cause: reason });
    expect([handle.status, clock.pending]).toEqual(['pending', 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('gives the result of a task that has ended, whatever the limits', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain);
    await handle.result();
    const result = await handle.result({ timeoutMs: 0, signal: AbortSignal.abort() });
    expect(result.taskStatus).toBe('completed');
  });

  it.each([
    ['timeoutMs', -1],
    ['timeoutMs', Number.NaN],
    ['timeoutMs', '5'],
    ['timeoutMs', null],
    ['signal', {}],
  ])('refuses %s %o', async (name, value) => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, null, { hold: true });
    await expect(handle.result({ [name]: value })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`\`${name}\``) as string,
    });
  });

  it('can be asked for at once after submission, two thousand times in a row', async () => {
    const { engine } = await startEngine();
    for (let count = 0; count < 2_000; count += 1) {
      expect((await engine.submit(plain, count).result()).payload).toBe(count);
    }
  });

  it('can be asked for by many, at any moment', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, 5);
    const waits = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0 ? handle.output() : handle.output({ timeoutMs: 1_000 }),
    );
    expect(new Set(await Promise.all(waits))).toEqual(new Set([5]));
    expect(await handle.output()).toBe(5);
  });
});

describe('waitForPromise', () => {
  it('gives the same promise when nothing limits it', () => {
    const { promise } = deferred<number>();
    expect(waitForPromise(simulatedClock(), promise, 'It', {})).toBe(promise);
  });

  it('passes on how the promise ends, to those who wait and those who come later', async () => {
    const clock = simulatedClock();
    const limits = { timeoutMs: 100 };
    const fine = deferred<number>();
    const bad = deferred<number>();
    const waits = [fine, bad].map(({ promise }) => waitForPromise(clock, promise, 'It', limits));
    fine.resolve(5);
    bad.reject(new Error('no'));
    expect(await waits[0]).toBe(5);
    await expect(waits[1]).rejects.toThrow('no');
    expect(await waitForPromise(clock, fine.promise, 'It', limits)).toBe(5);
    await expect(waitForPromise(clock, bad.promise, 'It', limits)).rejects.toThrow('no');
    expect(clock.pending).toBe(0);
  });

  it('lets the others go on when one gives up', async () => {
    const clock = simulatedClock();
    const { promise, resolve } = deferred<number>();
    const short = waitForPromise(clock, promise, 'The end', { timeoutMs: 10 });
    const long = waitForPromise(clock, promise, 'The end', { timeoutMs: 100 });
    const refused = short.catch((error: unknown) => error);
    await clock.advance(10);
    expect(await refused).toMatchObject({
      message: 'The end did not happen within 10 ms. The wait ended; the task goes on.',
    });
    resolve(7);
    expect(await long).toBe(7);
    expect(clock.pending).toBe(0);
  });
});
