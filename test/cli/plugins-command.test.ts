import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesDirectory, startCli } from '../support/run-cli.ts';

describe('runstate plugins', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runstate-plugins-'));
    await cp(casesDirectory, folder, { recursive: true });
    await writeFile(join(folder, 'unfinished.ts'), 'export const x: number =\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('lists the bundled plugins', async () => {
    const { stdout } = await startCli(['plugins', '--json']);
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      'example.cube',
      'example.cubeclass',
      'example.noop',
      'example.sleep',
      'example.square',
      'nmr.reduce',
    ]);
  });

  it('describes one with the schemas of its input and output', async () => {
    const { stdout } = await startCli(['plugins', 'example.square', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'example.square',
      input: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
      output: { properties: { result: { type: 'number' } } },
    });
  });

  it('reports a broken file with its position and lists the others', async () => {
    const { stdout, stderr, exitCode } = await startCli(['plugins', '--plugins', folder]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/unfinished\.ts:\d+:\d+/);
    expect(stdout).toContain('cases.waits');
  });

  it('exits with 2 for a directory that is not there', async () => {
    const { exitCode, stderr } = await startCli(['plugins', '--plugins', join(folder, 'nowhere')]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nowhere');
  });
});
