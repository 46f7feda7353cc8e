import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startCli } from '../support/run-cli.ts';

describe('runstate machine', () => {
  it('lists every machine there is', async () => {
    const { stdout } = await startCli(['machine', '--json']);
    const files = readdirSync('machines').map((file) => file.replace('.machine.ts', ''));
    expect(JSON.parse(stdout)).toEqual(files.toSorted());
  });

  it('lists them as JSON when that is the format, and wants a name for a drawing', async () => {
    const { stdout } = await startCli(['machine', '--format', 'json']);
    expect(JSON.parse(stdout)).toContain('task');
    expect(await startCli(['machine', '--format', 'mermaid'])).toMatchObject({ exitCode: 2 });
  });

  it('prints the definition as JSON', async () => {
    const { stdout } = await startCli(['machine', 'task']);
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'task',
      initial: 'pending',
      states: { completed: { type: 'final' } },
    });
  });

  it('prints a Mermaid drawing', async () => {
    const { stdout } = await startCli(['machine', 'pool', '--format', 'mermaid']);
    expect(stdout).toMatch(/^stateDiagram-v2\n/);
    expect(stdout).toContain('open --> draining : pool.drain');
  });

  it.each([
    ['an unknown machine', ['machine', 'nothing']],
    ['an unknown format', ['machine', 'task', '--format', 'png']],
  ])('exits with 2 for %s, naming what there is', async (_, args) => {
    const { exitCode, stderr } = await startCli(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/task|mermaid/);
  });
});
