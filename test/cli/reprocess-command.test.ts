import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeFolder } from '../support/cli-store.ts';
import type { StoreFolder } from '../support/cli-store.ts';
import { casesDirectory, startCli, whenSaid } from '../support/run-cli.ts';

const cases = ['--plugins', casesDirectory];

let folder: StoreFolder;
beforeAll(async () => {
  folder = await storeFolder();
});
afterAll(() => folder.remove());

async function saved(name: string, content: unknown): Promise<string> {
  const path = folder.at(name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const good = (x: number) => ({ x, plugin_name: 'example.square', job_id: 7 });

describe('runstate reprocess', () => {
  it('runs a saved input again, says how it ended and prints the output', async () => {
    const file = await saved('good.inp', good(5));
    const { exitCode, stdout, stderr } = await startCli(['reprocess', file]);
    expect({ exitCode, output: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      output: { result: 25 },
    });
    expect(stderr).toBe(`${file}: Finished with state: success (task 1 example.square)`);
  });

  it('runs what a workdir has, whatever kind of value it is', async () => {
    const workdir = folder.at('workdir');
    const inputs = ['{"x":2}', '[1,2]', '"text"', 'null', '{"job_input":1,"x":2}'];
    for (const input of inputs) {
      await startCli(['run', 'cases.echo', input, '--workdir', workdir, ...cases]);
    }
    const files = (await readdir(`${workdir}/0000`)).filter((name) => name.endsWith('.inp'));
    const paths = files.toSorted().map((name) => `${workdir}/0000/${name}`);
    const { stdout } = await startCli(['reprocess', ...paths, '--json', ...cases]);
    const outcomes = JSON.parse(stdout) as { result: { payload: unknown } }[];
    expect(outcomes.map(({ result }) => result.payload)).toEqual(
      inputs.map((input) => JSON.parse(input) as unknown),
    );
  });

  it('leaves out the keys that the plugin ignores, the id and the name', async () => {
    const file = await saved('ignored.inp', {
      x: 1,
      metadata_job: 12,
      plugin_name: 'cases.strict',
      job_id: 3,
    });
    const { exitCode, stdout } = await startCli(['reprocess', file, ...cases]);
    expect({ exitCode, output: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      output: { x: 1 },
    });
  });

  it('reports each bad file and goes on with the rest', async () => {
    const files = [
      folder.at('missing.inp'),
      await saved('no-json.inp', '{ "x": '),
      await saved('no-object.inp', [1]),
      await saved('no-name.inp', { x: 1 }),
      await saved('unknown.inp', { x: 1, plugin_name: 'no.such' }),
      await saved('bad-input.inp', { x: 'five', plugin_name: 'example.square' }),
      await saved('last.inp', good(6)),
    ];
    const { exitCode, stdout, stderr } = await startCli(['reprocess', ...files]);
    expect({ exitCode, output: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 2,
      output: { result: 36 },
    });
    const lines = stderr.split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.slice(0, 6).every((line) => line.includes(': not run, '))).toBe(true);
    for (const [index, told] of [
      'ENOENT',
      'no JSON',
      'no JSON object',
      '`plugin_name`',
      'PLUGIN_UNKNOWN',
      'INVALID_INPUT',
    ].entries()) {
      expect(lines[index]).toContain(told);
      expect(lines[index]).toContain(files[index]);
    }
    expect(lines[6]).toContain('last.inp: Finished with state: success');
  });

  it('exits with 1 when a task failed, whatever the other files', async () => {
    const failing = await saved('failing.inp', { plugin_name: 'cases.fails' });
    const fine = await saved('fine.inp', good(2));
    const args = [failing, folder.at('missing.inp'), fine, ...cases];
    const { exitCode, stdout, stderr } = await startCli(['reprocess', ...args]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('failing.inp: Finished with state: failure');
    expect(stderr).toContain('PLUGIN_FAILED in process: the beam is off');
    expect(JSON.parse(stdout)).toEqual({ result: 4 });
  });

  it('gives one JSON value with what became of each file', async () => {
    const files = [await saved('one.inp', good(3)), folder.at('missing.inp')];
    const { exitCode, stdout } = await startCli(['reprocess', ...files, '--json']);
    expect(exitCode).toBe(2);
    expect(stdout.split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: files[0], result: { taskStatus: 'completed', payload: { result: 9 } } },
      { file: files[1], error: { code: 'USAGE', message: expect.stringContaining('ENOENT') } },
    ]);
  });

  it('keeps tasks in a store and writes their files, with the error in the output file', async () => {
    const failing = await saved('kept.inp', { plugin_name: 'cases.fails', job_id: 99 });
    const workdir = folder.at('kept');
    await mkdir(workdir);
    const args = ['--store', folder.store, '--workdir', workdir, ...cases];
    expect(await startCli(['reprocess', failing, ...args])).toMatchObject({ exitCode: 1 });
    const out = await readFile(`${workdir}/0000/00001_cases.fails.out`, 'utf8');
    expect(JSON.parse(out)).toMatchObject({
      job_status: 'failed',
      error: expect.arrayContaining(['the beam is off']),
    });
    const { stdout } = await startCli(['show', '1', '--store', folder.store, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      task: { note: `reprocess ${failing}`, by: { via: 'cli' } },
    });
  });

  it('starts no further file after Ctrl-C, and exits with 130', async () => {
    const files = [
      await saved('waits.inp', { plugin_name: 'cases.waits' }),
      await saved('never.inp', good(2)),
    ];
    const run = startCli(['reprocess', ...files, ...cases, '--json']);
    await whenSaid(run, 'it runs');
    run.kill('SIGINT');
    const { exitCode, stdout, stderr } = await run;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('Finished with state: aborted');
    expect(stderr).toContain('1 of 2 files');
    expect(JSON.parse(stdout)).toMatchObject([{ result: { taskStatus: 'cancelled' } }]);
  });

  it('without a file is a mistake of usage', async () => {
    expect(await startCli(['reprocess'])).toMatchObject({ exitCode: 2 });
  });
});
