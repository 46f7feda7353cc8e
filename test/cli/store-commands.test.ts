import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/index.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { storeFolder, withEngine } from '../support/cli-store.ts';
import type { StoreFolder } from '../support/cli-store.ts';
import { casesDirectory, startCli, whenSaid } from '../support/run-cli.ts';

const cases = ['--plugins', casesDirectory];
const me = { who: userInfo().username, via: 'cli', from: hostname() };

let folder: StoreFolder;
let onStore: readonly string[] = [];

beforeAll(async () => {
  folder = await storeFolder();
  onStore = ['--store', folder.store];
  await withEngine(folder.store, async (engine) => {
    await engine
      .submit('example.square', { x: 3 }, { name: 'calibration', tags: ['blue'] })
      .result();
    await engine.submit('cases.fails', {}, { tags: ['blue', 'red'], note: 'night shift' }).result();
    await engine.submit('cases.echo', { text: 'x'.repeat(5_000) }).result();
    await engine.submit('cases.echo', { held: true }, { hold: true }).accepted;
  });
});
afterAll(() => folder.remove());

async function jsonOf(args: readonly string[]): Promise<unknown> {
  const { stdout, exitCode } = await startCli([...args, ...onStore, '--json']);
  expect([exitCode, stdout.split('\n').length]).toEqual([0, 1]);
  return JSON.parse(stdout) as unknown;
}

const idsOf = async (filter: readonly string[]): Promise<number[]> =>
  ((await jsonOf(['list', ...filter])) as { task: { id: number } }[]).map(({ task }) => task.id);

describe('runstate list', () => {
  it('shows what is stored as a table, newest first, live tasks too', async () => {
    const { stdout, exitCode } = await startCli(['list', ...onStore]);
    const lines = stdout.split('\n');
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^id +plugin +name +status +submitted +run time +error$/);
    expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['4', 'cases.echo', 'pending'],
      ['3', 'cases.echo', 'completed'],
      ['2', 'cases.fails', 'failed'],
      ['1', 'example.square', 'calibration'],
    ]);
    expect(lines[3]).toContain('PLUGIN_FAILED: the beam is off');
    expect(lines[4]).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+ ms$/);
  });

  it.each([
    ['--status', 'failed', [2]],
    ['--status', 'pending', [4]],
    ['--plugin', 'Cases.Echo', [4, 3]],
    ['--tag', 'blue', [2, 1]],
    ['--text', 'NIGHT', [2]],
    ['--after', '3', [2, 1]],
    ['--limit', '2', [4, 3]],
  ])('filters by %s %s', async (option, value, ids) => {
    expect(await idsOf([option, value])).toEqual(ids);
  });

  it('takes several statuses and tags', async () => {
    expect(await idsOf(['--status', 'failed', '--status', 'pending'])).toEqual([4, 2]);
    expect(await idsOf(['--tag', 'blue', '--tag', 'red'])).toEqual([2]);
  });

  it('says how to go on, and when there is nothing', async () => {
    const page = await startCli(['list', '--limit', '2', ...onStore]);
    expect(page.stderr).toBe('older ones: --after 3');
    const none = await startCli(['list', '--plugin', 'no.such', ...onStore]);
    expect(none).toMatchObject({ stdout: '', stderr: 'no tasks', exitCode: 0 });
  });

  it('finds the store through RUNSTATE_STORE', async () => {
    const { stdout } = await startCli(['list'], { env: { RUNSTATE_STORE: folder.store } });
    expect(stdout).toContain('calibration');
  });

  it.each([
    ['no store', ['list'], 'RUNSTATE_STORE'],
    ['a store that is not there', ['list', '--store', '/no/such.db'], '/no/such.db'],
    ['an empty path, as an unset variable gives it', ['list', '--store', ''], '--store'],
    ['a file that is no store', ['list', '--store', 'package.json'], 'package.json'],
    ['a status that is none', ['list', '--status', 'done'], 'completed'],
    ['a limit that is no number', ['list', '--limit', '0'], '--limit'],
    ['an id that is none', ['show', 'x'], 'id'],
    ['a rerun without a store', ['rerun', '1'], 'RUNSTATE_STORE'],
  ])('exits with 2 for %s', async (_, args, named) => {
    const { exitCode, stdout, stderr } = await startCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(named);
  });
});

describe('a reader that has seen enough', () => {
  it('leaves without making the command fail', async () => {
    const run = startCli(['show', '3', '--full', ...onStore]);
    run.stdout.destroy();
    const { exitCode, stderr } = await run;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('runstate show', () => {
  it('shows all that there is of a task', async () => {
    const { stdout } = await startCli(['show', '2', ...onStore]);
    expect(stdout).toMatch(/^task 2 cases\.fails: failed\n/);
    expect(stdout).toMatch(/tags +blue, red\n/);
    expect(stdout).toMatch(/note +night shift\n/);
    expect(stdout).toMatch(/attempt 1 +inline, failed after \d+ ms: the beam is off/);
    expect(stdout).toMatch(
      /error\n {2}the beam is off\n {2}<PLUGIN_FAILED> in process, attempt 1\n/,
    );
    expect(stdout).toMatch(/cases\.mjs:\d+/);
    expect(stdout).toMatch(/events\n(?:.*\n)* {2}\d\d:\d\d:\d\d {2}failed$/);
  });

  it('cuts what is long, unless told not to', async () => {
    const { stdout } = await startCli(['show', '3', ...onStore]);
    expect(stdout).toContain('characters in all: --full');
    expect(stdout.length).toBeLessThan(6_000);
    const full = await startCli(['show', '3', '--full', ...onStore]);
    expect(full.stdout).toContain('x'.repeat(5_000));
  });

  it('gives everything as one JSON value', async () => {
    expect(await jsonOf(['show', '1'])).toMatchObject({
      task: { id: 1, plugin: 'example.square', input: { x: 3 }, name: 'calibration' },
      status: 'completed',
      state: 'completed',
      output: { result: 9 },
      attemptList: [{ attempt: 1, outcome: 'succeeded' }],
      events: expect.arrayContaining([expect.objectContaining({ state: 'completed' })]),
    });
    expect(await jsonOf(['show', '4'])).toMatchObject({ status: 'pending', result: null });
  });

  it('exits with 2 for a task that there is not', async () => {
    const { exitCode, stdout } = await startCli(['show', '99', ...onStore, '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TASK_UNKNOWN' } });
  });
});

describe('runstate stats', () => {
  it('prints the figures, also those of live tasks', async () => {
    const { stdout, exitCode } = await startCli(['stats', ...onStore]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('cases.fails');
    expect(stdout).toContain('ExecTime = ');
    expect(await jsonOf(['stats'])).toMatchObject({
      counts: { completed: 2, failed: 1, pending: 1 },
      total: 4,
    });
  });
});

describe('a store that an engine has open', () => {
  it('can be read, and nothing else: the owner is named', async () => {
    await withEngine(folder.store, async () => {
      expect(await idsOf(['--plugin', 'example.square'])).toEqual([1]);
      const { exitCode, stdout, stderr } = await startCli(['rerun', '1', ...onStore, '--json']);
      expect(exitCode).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'STORE_LOCKED' } });
      expect(stderr).toContain(`process ${process.pid}`);
    });
  });
});

describe('runstate rerun', () => {
  it('runs the work of a stored task again, and keeps who asked', async () => {
    const run = await startCli(['rerun', '1', '--reason', 'new beam', ...onStore, '--json']);
    const { taskId, payload } = JSON.parse(run.stdout) as { taskId: number; payload: unknown };
    expect({ exitCode: run.exitCode, payload }).toEqual({ exitCode: 0, payload: { result: 9 } });
    expect(run.stderr).toContain(`task ${taskId} runs the work of task 1 again`);
    expect(await jsonOf(['show', String(taskId)])).toMatchObject({ task: { rerunOf: 1, by: me } });
  });

  it('takes another input, and its exit code tells how it ended', async () => {
    const other = await startCli(['rerun', '1', '--input', '{"x":4}', ...onStore]);
    expect(JSON.parse(other.stdout)).toEqual({ result: 16 });
    const failed = await startCli(['rerun', '2', ...onStore, ...cases]);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain('the beam is off');
  });

  it('exits with 2 for a task whose secrets were not stored, until they are given', async () => {
    await startCli(['run', 'cases.greets', '{"password":"open sesame"}', ...onStore, ...cases]);
    const listed = await idsOf(['--plugin', 'cases.greets']);
    const rerun = ['rerun', String(listed[0]), ...onStore, ...cases, '--json'];
    const lost = await startCli(rerun);
    expect(lost.exitCode).toBe(2);
    expect(JSON.parse(lost.stdout)).toMatchObject({ error: { code: 'SECRET_LOST' } });
    const given = await startCli([...rerun, '--input', '{"password":"open sesame"}']);
    expect(given.exitCode).toBe(0);
  });

  it('exits with 2 for a task that there is not', async () => {
    expect(await startCli(['rerun', '999', ...onStore])).toMatchObject({ exitCode: 2 });
  });
});

describe('runstate run --store', () => {
  it('drops nothing, however old: that is for the program whose store it is', async () => {
    const aged = folder.at('aged.db');
    const oneYear = 365 * 24 * 3_600_000;
    const clock = simulatedClock({ now: Date.now() - oneYear });
    const retention = { ageMs: 10 * oneYear };
    const submitOld = (engine: Engine) => engine.submit('example.square', { x: 3 }).result();
    await withEngine(aged, submitOld, { clock, retention });
    await startCli(['run', 'example.noop', '--store', aged]);
    await startCli(['run', 'example.noop', '--store', aged]);
    const { stdout } = await startCli(['list', '--json', '--store', aged]);
    expect(JSON.parse(stdout)).toMatchObject([
      { task: { id: 3 } },
      { task: { id: 2 } },
      { task: { id: 1 } },
    ]);
  });

  it('keeps the task, cancelled too, with who did it', async () => {
    const run = startCli(['run', 'cases.waits', '--json', ...onStore, ...cases]);
    await whenSaid(run, 'it runs');
    run.kill('SIGINT');
    const { exitCode, stdout } = await run;
    const { taskId } = JSON.parse(stdout) as { taskId: number };
    expect(exitCode).toBe(130);
    expect(await jsonOf(['show', String(taskId)])).toMatchObject({
      status: 'cancelled',
      task: { by: me },
      events: expect.arrayContaining([
        expect.objectContaining({ state: 'cancelled', by: me, reason: 'SIGINT' }),
      ]),
    });
  });

  it.each([
    ['cases.waits', 'pending', 'pending'],
    ['cases.moves', 'stopped', 'awaitingOperator'],
  ])('leaves %s to the store when it is told to end: %s', async (plugin, taskStatus, state) => {
    const own = await storeFolder();
    const store = ['--store', own.store];
    const args = ['run', plugin, '--grace-ms', '50', '--json'];
    const run = startCli([...args, ...store, ...cases]);
    await whenSaid(run, 'it ');
    run.kill('SIGTERM');
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ taskId: 1, taskStatus, state });
    const shown = await startCli(['show', '1', ...store, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ state, result: null });
    await own.remove();
  });
});
