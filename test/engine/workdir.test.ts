import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineOptions, TaskEvent } from '../../src/index.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { closeEngines, pluginOf, startEngine, untilAborted } from '../support/engine-under-test.ts';

let workdir = '';
beforeEach(async () => {
  workdir = await mkdtemp(join(tmpdir(), 'runstate-workdir-'));
});
afterEach(async () => {
  await closeEngines();
  await rm(workdir, { recursive: true });
});

const start = (options: EngineOptions = {}) => startEngine({ workdir, ...options });

async function content(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(workdir, path), 'utf8')) as unknown;
}

const square = pluginOf(
  {
    process: ({ input, log }) => {
      log.info('squaring');
      log.warning('slowly');
      return { result: (input as { x: number }).x ** 2 };
    },
  },
  { name: 'example.square' },
);

describe('the workdir', () => {
  it('has what went in and what came out of each task, as dahu writes it', async () => {
    const { engine, clock, shut } = await start();
    const handle = engine.submit(square, { x: 5 });
    await handle.result();
    await clock.advance(0);
    await shut();
    expect(await content('0000/00001_example.square.inp')).toEqual({
      x: 5,
      plugin_name: 'example.square',
      job_id: 1,
    });
    expect(await content('0000/00001_example.square.out')).toEqual({
      result: 25,
      logging: ['squaring', 'warning: slowly'],
      job_runtime: 0,
      job_status: 'completed',
    });
    const text = await readFile(join(workdir, '0000/00001_example.square.inp'), 'utf8');
    expect(text).toBe('{\n    "x": 5,\n    "plugin_name": "example.square",\n    "job_id": 1\n}\n');
  });

  it('has the files before anybody hears of what they tell', async () => {
    const { engine } = await start();
    const handle = engine.submit(square, { x: 3 });
    await handle.accepted;
    expect(await content('0000/00001_example.square.inp')).toMatchObject({ x: 3 });
    await handle.result();
    expect(await content('0000/00001_example.square.out')).toMatchObject({ result: 9 });
  });

  it('is complete when the engine is idle', async () => {
    const { engine } = await start();
    await Promise.all([1, 2, 3].map((x) => engine.submit(square, { x }).result()));
    await engine.whenIdle();
    const files = await readdir(join(workdir, '0000'));
    expect(files.filter((name) => name.endsWith('.out'))).toHaveLength(3);
  });

  it('sorts a thousand tasks into one folder, by their ids', async () => {
    const { engine, shut } = await start({ firstId: 12_345 });
    await engine.submit(square, { x: 1 }).result();
    await shut();
    expect(await readdir(workdir)).toEqual(['0012']);
    expect(await readdir(join(workdir, '0012'))).toEqual([
      '12345_example.square.inp',
      '12345_example.square.out',
    ]);
  });

  it('writes the input when the task was accepted, not when it has ended', async () => {
    const { engine, shut } = await start();
    engine.submit(pluginOf({ process: untilAborted }), { x: 5 });
    await expect
      .poll(() => content('0000/00001_test.work.inp').catch(() => null))
      .toMatchObject({ x: 5 });
    expect(await readdir(join(workdir, '0000'))).toEqual(['00001_test.work.inp']);
    await shut();
  });

  it('says what a failed task died of, and keeps what it logged', async () => {
    const { engine, shut } = await start();
    const failing = pluginOf({
      process: ({ log }) => {
        log.info('opening the shutter');
        throw new Error('no beam', { cause: new TypeError('the ring is empty') });
      },
    });
    await engine.submit(failing).result();
    await shut();
    const { error, ...rest } = (await content('0000/00001_test.work.out')) as { error: string[] };
    expect(rest).toEqual({
      logging: ['opening the shutter', 'error: no beam'],
      job_runtime: 0,
      job_status: 'failed',
    });
    expect(error.slice(0, 2)).toEqual(['no beam', '<PLUGIN_FAILED> in process, attempt 1']);
    expect(error[2]).toMatch(/^ {4}at .*workdir\.test\.ts/);
    expect(error).toContain('caused by TypeError: the ring is empty');
  });

  it('says when a task was aborted, as the clock on the wall shows it', async () => {
    const { engine, rest, shut } = await start();
    const handle = engine.submit(pluginOf({ process: untilAborted }));
    await rest();
    await handle.cancel();
    await shut();
    const aborted = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
    expect(await content('0000/00001_test.work.out')).toMatchObject({
      job_status: 'cancelled',
      aborted,
    });
  });

  it('counts the time from the start to the end, in seconds', async () => {
    const { engine, clock, rest, shut } = await start({ concurrency: 1 });
    const slow = pluginOf({
      process: () => new Promise((resolve) => void clock.setTimeout(() => resolve(null), 1_500)),
    });
    const handles = [engine.submit(slow), engine.submit(slow)];
    await Promise.all(handles.map((handle) => handle.accepted));
    for (const handle of handles) {
      await rest();
      await clock.advance(1_500);
      await handle.result();
    }
    await shut();
    expect(await content('0000/00002_test.work.out')).toMatchObject({ job_runtime: 1.5 });
  });

  it.each([
    [[1, 2], { job_input: [1, 2] }, { result: [1, 2] }],
    ['text', { job_input: 'text' }, { result: 'text' }],
    [null, { job_input: null }, { result: null }],
    [{ job_id: 7, logging: 'mine' }, {}, {}],
  ])('has a place for input and output %j', async (value, inp, out) => {
    const { engine, shut } = await start();
    await engine.submit(pluginOf({ process: ({ input }) => input }), value).result();
    await shut();
    expect(await content('0000/00001_test.work.inp')).toMatchObject({
      ...inp,
      plugin_name: 'test.work',
      job_id: 1,
    });
    expect(await content('0000/00001_test.work.out')).toMatchObject({ ...out, logging: [] });
  });

  it('writes names that a file system takes', async () => {
    const { engine, shut } = await start();
    const strange = pluginOf({}, { name: `../etc/a:"c"*${'x'.repeat(200)}` });
    await engine.submit(strange).result();
    await shut();
    const [name, ...others] = await readdir(join(workdir, '0000'));
    expect(name).toMatch(/^00001_\.\._etc_a__c__x+\.inp$/);
    expect(others).toHaveLength(1);
    expect(await readdir(workdir)).toEqual(['0000']);
  });

  it('leaves nothing half-written, and clears away what a crash left so', async () => {
    await mkdir(join(workdir, '0000'));
    const left = join(workdir, '0000', '00003_test.work.out.1234.tmp');
    await writeFile(left, '{ "resu');
    await utimes(left, 1_000, 1_000);
    const { engine, shut } = await start({ concurrency: 50 });
    await Promise.all(Array.from({ length: 50 }, () => engine.submit(square, { x: 1 }).result()));
    await shut();
    const names = await readdir(join(workdir, '0000'));
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(names).toHaveLength(100);
  });

  it('gives no id whose files are there already to a task of an engine that forgets', async () => {
    const first = await start();
    await first.engine.submit(square, { x: 1 }).result();
    await first.shut();
    const second = await start();
    const handle = second.engine.submit(square, { x: 2 });
    await handle.result();
    await second.shut();
    expect(handle.id).toBeGreaterThan(1);
    expect(await content('0000/00001_example.square.inp')).toMatchObject({ x: 1 });
  });

  it('is not made without the option', async () => {
    const { engine, shut } = await startEngine();
    await engine.submit(square, { x: 1 }).result();
    await shut();
    expect(await readdir(workdir)).toEqual([]);
  });

  it('that cannot be made is refused when the engine starts, with the reason', async () => {
    await writeFile(join(workdir, 'file'), '');
    const starting = start({ workdir: join(workdir, 'file', 'below') });
    await expect(starting).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/workdir.*ENOTDIR/),
    });
  });

  it('that cannot be written changes no outcome: one alarm, and a line in the log for each', async () => {
    const alarms: TaskEvent[] = [];
    const { engine, lines, shut } = await start();
    engine.events$.subscribe((event) => void (event.type === 'alarm' && alarms.push(event)));
    // A file where the folder belongs is refused to everybody, also to root.
    await writeFile(join(workdir, '0000'), '');
    const result = await engine.submit(square, { x: 5 }).result();
    await shut();
    expect(result).toMatchObject({ taskStatus: 'completed', payload: { result: 25 } });
    expect(alarms).toMatchObject([{ taskId: 1, source: 'workdir' }]);
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('file of task 1 could not be written'),
      expect.stringContaining('file of task 1 could not be written'),
    ]);
  });

  it('raises the alarm anew when it fails again after it could be written', async () => {
    const alarms: TaskEvent[] = [];
    const { engine, shut } = await start();
    engine.events$.subscribe((event) => void (event.type === 'alarm' && alarms.push(event)));
    const written = (name: string) =>
      expect.poll(() => readdir(join(workdir, '0000')).catch(() => [])).toContain(name);
    await writeFile(join(workdir, '0000'), '');
    await engine.submit(square, { x: 5 }).result();
    await expect.poll(() => alarms).toHaveLength(1);
    await rm(join(workdir, '0000'));
    await engine.submit(square, { x: 5 }).result();
    await written('00002_example.square.out');
    await rm(join(workdir, '0000'), { recursive: true });
    await writeFile(join(workdir, '0000'), '');
    await engine.submit(square, { x: 5 }).result();
    await shut();
    expect(alarms).toMatchObject([{ taskId: 1 }, { taskId: 3 }]);
  });

  it('has no file of a task that was refused', async () => {
    const store = memoryStore();
    const { engine, shut } = await start({
      store: {
        ...store,
        commit: (rows) => {
          if (rows.some(({ kind }) => kind === 'task')) throw new Error('the disk is full');
          return store.commit(rows);
        },
      },
    });
    await engine.submit(square, { x: 5 }).result();
    await shut();
    expect(await readdir(workdir)).toEqual([]);
  });
});
