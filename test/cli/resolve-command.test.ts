import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeFolder, withEngine } from '../support/cli-store.ts';
import type { StoreFolder } from '../support/cli-store.ts';
import { casesDirectory, startCli, whenSaid } from '../support/run-cli.ts';

const cases = ['--plugins', casesDirectory];
const me = { who: userInfo().username, via: 'cli', from: hostname() };

let folder: StoreFolder;
let onStore: readonly string[] = [];

/** Three tasks that were broken off while they did what must not be done twice. */
beforeAll(async () => {
  folder = await storeFolder();
  onStore = ['--store', folder.store];
  await withEngine(folder.store, async (engine) => {
    const moving = [1, 2, 3].map(() => engine.submit('cases.moves', {}));
    for (const handle of moving) {
      for await (const event of handle) if (event.type === 'log') break;
    }
  });
});
afterAll(() => folder.remove());

async function shown(id: number): Promise<unknown> {
  const { stdout } = await startCli(['show', String(id), '--json', ...onStore]);
  return JSON.parse(stdout) as unknown;
}

describe('runstate resolve', () => {
  it('is needed for tasks that were in doubt when their engine ended', async () => {
    const { stdout } = await startCli(['list', '--status', 'stopped', '--json', ...onStore]);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        task: { id: 3 },
        status: 'stopped',
        state: 'awaitingOperator',
        error: { code: 'AWAITING_OPERATOR' },
      },
      { task: { id: 2 } },
      { task: { id: 1 } },
    ]);
  });

  it.each([
    ['no reason', ['1', 'completed']],
    ['a word that is none', ['1', 'done', '--reason', 'x']],
    ['an output that the plugin cannot give', ['1', 'completed', '--reason', 'x', '-o', '{}']],
    ['a task that there is not', ['99', 'failed', '--reason', 'x']],
  ])('exits with 2 for %s', async (_, args) => {
    const { exitCode, stderr } = await startCli(['resolve', ...args, ...onStore, ...cases]);
    expect(exitCode).toBe(2);
    expect(stderr).not.toBe('');
  });

  it('takes the output of one that turned out to be done', async () => {
    const answer = ['--reason', 'it stands at 5', '--output', '{"position":5}'];
    const run = await startCli(['resolve', '1', 'completed', ...answer, ...onStore, ...cases]);
    expect({ exitCode: run.exitCode, output: JSON.parse(run.stdout) as unknown }).toEqual({
      exitCode: 0,
      output: { position: 5 },
    });
    expect(await shown(1)).toMatchObject({
      status: 'completed',
      events: expect.arrayContaining([
        expect.objectContaining({ by: me, reason: 'it stands at 5' }),
      ]),
    });
  });

  it('fails one, which is no failure of the command', async () => {
    const args = ['resolve', '2', 'failed', '--reason', 'it hit the stop', '--json'];
    const { exitCode, stdout } = await startCli([...args, ...onStore, ...cases]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ taskId: 2, taskStatus: 'failed' });
  });

  it('runs one again, and follows it', async () => {
    const args = ['resolve', '3', 'rerun', '--reason', 'it had not moved', '--json'];
    const run = startCli([...args, ...onStore, ...cases]);
    await whenSaid(run, 'it moves');
    run.kill('SIGINT');
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ taskId: 3, taskStatus: 'cancelled' });
  });

  it('exits with 2 for a task that waits for nobody', async () => {
    const args = ['resolve', '1', 'failed', '--reason', 'again', '--json'];
    const { exitCode, stdout } = await startCli([...args, ...onStore, ...cases]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TASK_NOT_AWAITING' } });
  });
});

describe('tasks that an earlier engine left', () => {
  it('are let end by a command that opens the store for another one', async () => {
    const own = await storeFolder();
    await withEngine(own.store, async (engine) => {
      const handle = engine.submit('cases.lingers', {});
      for await (const event of handle) if (event.type === 'log') break;
    });
    const store = ['--store', own.store];
    const run = await startCli(['run', 'cases.moves', '{"quick":true}', ...store, ...cases]);
    expect(run.exitCode).toBe(0);
    const { stdout } = await startCli(['show', '1', '--json', ...store]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
    await own.remove();
  });
});
