import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesDirectory, startCli, whenSaid } from '../support/run-cli.ts';

const cases = ['--plugins', casesDirectory];

describe('runstate run', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runstate-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('prints the output, and says to people how it went', async () => {
    const { stdout, stderr, exitCode } = await startCli(['run', 'example.square', '{"x":5}']);
    expect({ exitCode, output: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      output: { result: 25 },
    });
    expect(stderr).toMatch(/^task 1 example\.square: completed \(1 attempt, \d+ ms\)$/);
  });

  it('prints the whole result as one JSON value with --json', async () => {
    const { stdout } = await startCli(['run', 'example.square', '{"x":5}', '--json']);
    expect(stdout.split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      taskStatus: 'completed',
      payload: { result: 25 },
      error: null,
    });
  });

  it('finds plugins whatever the case of their names', async () => {
    expect(await startCli(['run', 'Example.SQUARE', '{"x":2}'])).toMatchObject({ exitCode: 0 });
  });

  it('reads the input from a file', async () => {
    const file = join(folder, 'input.json');
    await writeFile(file, '{ "x": 3 }');
    const { stdout } = await startCli(['run', 'example.square', file]);
    expect(JSON.parse(stdout)).toEqual({ result: 9 });
  });

  it('reads the input from standard input', async () => {
    const { stdout } = await startCli(['run', 'example.square', '-'], { input: '{"x":4}' });
    expect(JSON.parse(stdout)).toEqual({ result: 16 });
  });

  it('keeps what a plugin prints away from standard output', async () => {
    const { stdout, stderr } = await startCli(['run', 'cases.chats', '--json', ...cases]);
    expect(JSON.parse(stdout)).toMatchObject({ payload: { said: true } });
    expect(stderr).toContain('chat on standard output');
    expect(stderr).toContain('more of it');
  });

  it('finds plugins through RUNSTATE_PLUGINS', async () => {
    const env = { RUNSTATE_PLUGINS: casesDirectory };
    const { exitCode, stderr } = await startCli(['run', 'cases.fails'], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('PLUGIN_FAILED in process: the beam is off');
  });

  it.each([
    ['an unknown plugin', ['run', 'example.sqare', '{}'], 'PLUGIN_UNKNOWN'],
    ['a bad field', ['run', 'example.square', '{"x":"5"}'], 'INVALID_INPUT'],
    ['input that is no JSON', ['run', 'example.square', '{x}'], 'USAGE'],
    ['an option that is no number', ['run', 'example.noop', '--retries', 'many'], 'USAGE'],
    ['an option that is unknown', ['run', 'example.noop', '--retry', '3'], 'USAGE'],
    ['a missing plugin', ['run'], 'USAGE'],
    ['an unknown command', ['fly'], 'USAGE'],
  ])('exits with 2 for %s, with the code as JSON', async (_, args, code) => {
    const { exitCode, stdout, stderr } = await startCli([...args, '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
    expect(stderr).not.toBe('');
  });

  it('names the field, the value and the way out', async () => {
    const { stderr } = await startCli(['run', 'example.square', '{"x":"5"}']);
    expect(stderr).toContain('`x`');
    expect(stderr).toContain('got "5"');
    expect(stderr).toContain('runstate plugins example.square');
  });

  it('names RUNSTATE_KEY when it is too short, and does not show it', async () => {
    const env = { RUNSTATE_KEY: 'swordfish' };
    const { exitCode, stderr } = await startCli(['run', 'example.noop'], { env });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'error USAGE: RUNSTATE_KEY must have at least 16 characters, it has 9',
    });
  });

  it('writes reports where it is told', async () => {
    const args = ['run', 'cases.draws', '--results', folder, ...cases];
    const { stdout } = await startCli(args);
    expect(JSON.parse(stdout)).toBe(join(folder, 'scans', 'phi', 'report.html'));
  });

  it('names the line of the plugin that failed', async () => {
    const { stdout } = await startCli(['run', 'cases.fails', '--json', ...cases]);
    expect(stdout).toMatch(/cli-plugins\/cases\.mjs:\d+:\d+/);
  });

  it('suggests the plugin that was perhaps meant', async () => {
    const { stderr } = await startCli(['run', 'example.sqare']);
    expect(stderr).toContain('example.square');
  });

  it('exits with 124 when the task timed out', async () => {
    const run = await startCli(['run', 'cases.waits', '--timeout-ms', '50', '--json', ...cases]);
    expect(run.exitCode).toBe(124);
    expect(JSON.parse(run.stdout)).toMatchObject({ taskStatus: 'timedout' });
  });

  it('says what the task waits for', async () => {
    const run = startCli(['run', 'cases.guarded', '{}', ...cases]);
    await whenSaid(run, 'waiting for condition "door closed" is not met: "open"');
    run.kill('SIGINT');
    expect(await run).toMatchObject({ exitCode: 130 });
  });

  it('cancels at Ctrl-C, says who stopped it, and exits with 130', async () => {
    const run = startCli(['run', 'cases.waits', '--json', ...cases]);
    await whenSaid(run, 'it runs');
    run.kill('SIGINT');
    const { exitCode, stdout, stderr } = await run;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ taskStatus: 'cancelled', teardown: 'done' });
    expect(stderr).toContain('acknowledged by plugin');
  });

  it('does not wait for deaf code at the second Ctrl-C', async () => {
    const run = startCli(['run', 'cases.deaf', '--json', ...cases]);
    await whenSaid(run, 'it runs');
    run.kill('SIGINT');
    await whenSaid(run, 'cancelling');
    run.kill('SIGINT');
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ taskStatus: 'cancelled', teardown: 'deferred' });
  });
});
