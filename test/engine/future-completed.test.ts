import { afterEach, describe, expect, it } from 'vitest';
import { FutureOutput } from '../../src/index.ts';
import type { FutureValue } from '../../src/index.ts';
import { futureSource } from '../../src/engine/future-source.ts';
import type { FutureSource } from '../../src/engine/future-source.ts';
import { futureEngine } from '../../src/engine/future-engine.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

/** Collects values into `seen` until there are no more. */
async function collect(
  values: AsyncIterable<FutureValue>,
  seen: unknown[] = [],
): Promise<readonly unknown[]> {
  for await (const { input } of values) seen.push(input);
  return seen;
}

describe('FutureOutput.asCompleted', () => {
  afterEach(closeEngines);

  it('gives values in the order in which the tasks end', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c', 'd']);
    await rest();
    for (const input of ['d', 'b']) {
      work.complete(input);
      await rest();
    }
    const seen: unknown[] = [];
    const reading = collect(future.asCompleted(), seen);
    await rest();
    expect(seen).toEqual(['d', 'b']);
    work.fail('c', new Error('broken'));
    await rest();
    expect(seen).toEqual(['d', 'b', 'c']);
    work.complete('a');
    expect(await reading).toEqual(['d', 'b', 'c', 'a']);
  });

  it('keeps that order among tasks that end within one turn, failed or not', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    await rest();
    const ends: unknown[] = [];
    engine.tasks.on('end', ({ input }) => ends.push(input));
    work.complete('c');
    work.fail('a', new Error('broken'));
    work.complete('b');
    const seen = await collect(future.asCompleted());
    await rest();
    expect(seen).toEqual(ends);
  });

  it('keeps nothing of what it gave, and `get` works afterwards', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    work.complete('a', 'b');
    await rest();
    const values = future.asCompleted();
    await values.next();
    expect(future.outputs.filter((value) => value !== null)).toHaveLength(1);
    await values.next();
    expect(future.outputs).toEqual([null, null]);
    await future.refresh();
    expect(future.outputs).toEqual([null, null]);
    expect(await future.get()).toMatchObject([{ output: ['a'] }, { output: ['b'] }]);
    expect(future.outputs).toMatchObject([{ output: ['a'] }, { output: ['b'] }]);
  });

  it('begins anew when it is left early, and gives each value once each time', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    work.complete('a', 'b');
    await rest();
    for await (const { input } of future.asCompleted()) if (input === 'a') break;
    work.complete('c');
    expect(await collect(future.asCompleted())).toEqual(['a', 'b', 'c']);
    const both = await Promise.all([collect(future.asCompleted()), collect(future.asCompleted())]);
    expect(both).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('gives one value each to readers that ask at once', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    const values = future.asCompleted();
    const asked = [values.next(), values.next(), values.next()];
    await rest();
    work.complete('b');
    await rest();
    work.complete('a');
    const given = await Promise.all(asked);
    expect(given.map(({ value }) => value?.input)).toEqual(['b', 'a', undefined]);
  });

  it('ends at once when it is left while it waits', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const values = engine.submitAll(work.plugin, ['a']).asCompleted();
    const waiting = values.next();
    await rest();
    await values.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it('bounds the wait for the next value, and can be begun again', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    work.complete('a');
    await rest();
    const values = future.asCompleted({ timeoutMs: 1_000 });
    expect(await values.next()).toMatchObject({ value: { input: 'a' } });
    const next = values.next();
    next.catch(() => {});
    await clock.advance(1_000);
    await expect(next).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    expect(await values.next()).toMatchObject({ done: true });
    work.complete('b');
    expect(await collect(future.asCompleted())).toEqual(['a', 'b']);
  });

  it('goes on after an error of the source that passes', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    let isDown = false;
    const source: FutureSource = {
      ...engine[futureSource],
      find: async (id) => {
        if (isDown) throw new Error('502 Bad Gateway');
        return engine.tasks.get(id);
      },
    };
    const { submitAll } = futureEngine({
      ...source,
      nameOf: () => work.plugin.name,
      redact: (plugin, input) => input,
      submit: (plugin, input, options) => engine.submit(work.plugin, input, options),
    });
    const future = submitAll(work.plugin, ['a', 'b']);
    expect(future).toBeInstanceOf(FutureOutput);
    work.complete('a', 'b');
    await rest();
    await collect(future.asCompleted());
    isDown = true;
    await expect(future.get()).rejects.toThrow('502 Bad Gateway');
    await expect(collect(future.asCompleted())).rejects.toThrow('502 Bad Gateway');
    isDown = false;
    expect(await future.get()).toMatchObject([{ output: ['a'] }, { output: ['b'] }]);
  });
});
