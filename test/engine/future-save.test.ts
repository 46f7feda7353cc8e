import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FutureOutput } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

const parsed = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('FutureOutput.save and FutureOutput.open', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runstate-future-'));
  });

  afterEach(closeEngines);
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('write what is known, with ChemCloud’s keys in its order', async () => {
    const { engine, rest } = await startEngine({ name: 'north' });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', () => 'not storable']);
    work.complete('a');
    await rest();
    const path = await future.save(join(folder, 'deep', 'down', 'future.json'));
    const document = parsed(path);
    expect(Object.keys(document)).toEqual([
      'format',
      'version',
      'taskIds',
      'inputs',
      'plugin',
      'engine',
      'outputs',
      'returnSingleOutput',
      'statuses',
      'submittedAt',
      'settled',
    ]);
    expect(document).toMatchObject({
      taskIds: future.taskIds,
      inputs: ['a', 'b', null],
      plugin: 'test.gated',
      engine: 'north',
      outputs: [{ success: true, output: ['a'] }, null, { error: { code: 'NOT_STORABLE' } }],
      returnSingleOutput: false,
      statuses: ['completed', 'running', 'failed'],
      settled: [2, 0],
    });
    expect(readdirSync(join(folder, 'deep', 'down'))).toEqual(['future.json']);
  });

  it('go on where they were with the same engine', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const saved = engine.submitAll(work.plugin, ['a', 'b', 'c', () => 'not storable']);
    work.complete('b');
    await rest();
    const path = await saved.save(join(folder, 'future.json'));
    work.complete('c');
    await rest();
    const future = await FutureOutput.open(path, { engine });
    expect(future.taskIds).toEqual(saved.taskIds);
    expect(future.statuses).toEqual(['running', 'completed', 'completed', 'failed']);
    expect(future.outputs.map((value) => value?.output ?? null)).toEqual([null, ['b'], null, null]);
    await future.refresh();
    expect(future.outputs).toMatchObject([null, { output: ['b'] }, { output: ['c'] }, {}]);
    work.complete('a');
    const seen: unknown[] = [];
    for await (const { index } of future.asCompleted()) seen.push(index);
    expect(seen).toEqual([3, 1, 2, 0]);
    expect(await future.get()).toEqual(
      (await saved.get()).map((value) => (value.index === 3 ? { ...value, input: null } : value)),
    );
  });

  it('keep one input one', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    work.complete('a');
    const saved = engine.submitAll(work.plugin, 'a');
    const path = await saved.save(join(folder, 'future.json'));
    const future = await FutureOutput.open<unknown, 'one'>(path, { engine });
    expect(future.taskId).toBe(saved.taskId);
    expect(await future.get()).toEqual(await saved.get());
  });

  it('use the saved outputs of tasks that the engine has forgotten, and name those that are gone', async () => {
    const first = await startEngine();
    const work = gatedWork();
    const saved = first.engine.submitAll(work.plugin, ['a', 'b', 'c']);
    work.complete('a', 'b');
    await first.rest();
    await saved.asCompleted().next();
    const path = await saved.save(join(folder, 'future.json'));
    await first.shut();

    const second = await startEngine();
    await second.clock.advance(1);
    // The ids of the engine before are given again, to work of others.
    const others = second.engine.submitAll(gatedWork().plugin, ['x', 'y', 'z']);
    expect(others.taskIds).toEqual(saved.taskIds);
    const future = await FutureOutput.open(path, { engine: second.engine });
    expect(future.isReady).toBe(true);
    expect(future.statuses).toEqual(['completed', 'completed', 'failed']);
    expect(await future.get()).toMatchObject([
      { success: false, error: { code: 'TASK_UNKNOWN' } },
      { success: true, output: ['b'] },
      { success: false, error: { code: 'TASK_UNKNOWN' }, input: 'c' },
    ]);
  });

  it('replace an older file as a whole, also when two write at once', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    work.complete('a');
    const future = engine.submitAll(work.plugin, ['a']);
    const path = join(folder, 'future.json');
    await Promise.all([future.save(path), future.save(path), future.get()]);
    expect(await future.save(path)).toBe(path);
    expect(readdirSync(folder)).toEqual(['future.json']);
    expect(parsed(path)['statuses']).toEqual(['completed']);
  });

  it('name a file of their own where no path is given', async () => {
    const { engine } = await startEngine();
    const here = process.cwd();
    try {
      process.chdir(folder);
      const path = await engine.submitAll(gatedWork().plugin, []).save();
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^future-[0-9a-f]{32}\.json$/)]);
      expect(await (await FutureOutput.open(path, { engine })).get()).toEqual([]);
    } finally {
      process.chdir(here);
    }
  });

  it('say why a file cannot be written', async () => {
    const { engine } = await startEngine();
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const path = join(blocked, 'future.json');
    await expect(engine.submitAll(gatedWork().plugin, []).save(path)).rejects.toMatchObject({
      code: 'FUTURE_NOT_SAVED',
      message: expect.stringContaining(path),
    });
  });

  it('refuse an engine of another name, whose ids are others', async () => {
    const north = await startEngine({ name: 'north' });
    const path = await north.engine.submitAll(gatedWork().plugin, []).save(join(folder, 'f.json'));
    const south = await startEngine({ name: 'south' });
    await expect(FutureOutput.open(path, { engine: south.engine })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/engine "north".*got "south"/),
    });
  });

  it.each([undefined, null, 'engine'])('refuse %s in place of an engine', async (place) => {
    await expect(FutureOutput.open('future.json', place as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('`place`') as string,
    });
  });

  it('refuse what is no engine', async () => {
    const place = { engine: {} } as unknown as Parameters<typeof FutureOutput.open>[1];
    await expect(FutureOutput.open('future.json', place)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  const whole = {
    format: 'runstate.future',
    version: 1,
    taskIds: [7],
    inputs: ['a'],
    plugin: 'test.gated',
    engine: 'runstate',
    outputs: [null],
    returnSingleOutput: false,
    statuses: ['pending'],
    submittedAt: [1],
    settled: [],
  };

  it.each<[string, string, RegExp]>([
    ['that ends in the middle', JSON.stringify(whole).slice(0, 80), /JSON/],
    ['of something else', '{"a":1}', /`format`/],
    ['of a newer version', JSON.stringify({ ...whole, version: 2 }), /version 2.*version 1/],
    ['without an id', JSON.stringify({ ...whole, taskIds: undefined }), /`taskIds`/],
    ['with a bad id', JSON.stringify({ ...whole, taskIds: [-1] }), /`taskIds\[0\]`/],
    ['with a bad status', JSON.stringify({ ...whole, statuses: ['odd'] }), /`statuses\[0\]`/],
    ['with lists of two lengths', JSON.stringify({ ...whole, inputs: [] }), /`inputs` has 0/],
    ['with a bad output', JSON.stringify({ ...whole, outputs: [{}] }), /`outputs\[0\]/],
    ['with a task that never was', JSON.stringify({ ...whole, taskIds: [null] }), /`outputs\[0\]`/],
    ['with a place too many', JSON.stringify({ ...whole, settled: [1] }), /`settled`/],
    [
      'of one task that are two',
      JSON.stringify({ ...whole, taskIds: [1, 2], returnSingleOutput: true }),
      /`inputs` has 1/,
    ],
  ])('refuse a file %s, and leave it as it is', async (_, text, reason) => {
    const { engine } = await startEngine();
    const path = join(folder, 'future.json');
    writeFileSync(path, text);
    await expect(FutureOutput.open(path, { engine })).rejects.toMatchObject({
      code: 'FUTURE_UNREADABLE',
      message: expect.stringMatching(reason),
    });
    await expect(FutureOutput.open(path, { engine })).rejects.toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuse a file that is not there', async () => {
    const { engine } = await startEngine();
    const path = join(folder, 'nothing.json');
    await expect(FutureOutput.open(path, { engine })).rejects.toMatchObject({
      code: 'FUTURE_UNREADABLE',
      message: expect.stringContaining(path),
    });
  });
});
