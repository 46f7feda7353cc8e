import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { action, noop, parallel, sequential, task } from '../../src/index.ts';
import { storeFolder, withEngine } from '../support/cli-store.ts';
import type { StoreFolder } from '../support/cli-store.ts';
import { startCli } from '../support/run-cli.ts';

let folder: StoreFolder;
let job = 0;
let child = 0;

beforeAll(async () => {
  folder = await storeFolder();
  await withEngine(folder.store, async (engine) => {
    const fails = action(
      () => {
        throw new Error('no beam');
      },
      { name: 'beam' },
    );
    const handle = engine.runJob(
      sequential([
        task('example.square', { x: 3 }, { name: 'calibration' }),
        parallel([fails]),
        noop(),
      ]),
      { name: 'sample 2' },
    );
    await handle.result();
    job = handle.id;
    child = (await handle.children())[0]?.id ?? 0;
  });
});
afterAll(() => folder.remove());

describe('a job on the command line', () => {
  it('is shown as a tree of its steps', async () => {
    const { stdout } = await startCli(['show', String(job), '--store', folder.store]);
    const lines = stdout.split('\n');
    expect(lines.slice(lines.indexOf('steps'), lines.indexOf('steps') + 6)).toEqual([
      'steps',
      '  ✘ sequential  failed',
      `  ├─ ✔ calibration  task ${child}`,
      '  ├─ ✘ parallel  failed',
      '  │  └─ ✘ beam  failed  no beam',
      '  └─ – noop  skipped',
    ]);
    expect(stdout).toContain('Step steps[1].steps[0]: no beam');
  });

  it('is shown as data', async () => {
    const { stdout } = await startCli(['show', String(job), '--store', folder.store, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      job: { type: 'sequential', steps: [{ state: 'completed', taskId: child }, {}, {}] },
    });
  });

  it('is named by the tasks that belong to it', async () => {
    const listed = await startCli(['list', '--store', folder.store]);
    const row = listed.stdout.split('\n').find((line) => line.includes('calibration'));
    expect(row).toContain(String(job));
    const { stdout } = await startCli(['show', String(child), '--store', folder.store]);
    expect(stdout).toContain(`step of    task ${job}, steps[0]`);
  });
});
