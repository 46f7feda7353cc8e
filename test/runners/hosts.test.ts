import { afterEach, describe, expect, it } from 'vitest';
import { inTime, processState, startHost } from './processes.ts';
import type { HostProgram } from './processes.ts';

describe('a program that uses the runners', () => {
  const programs: HostProgram[] = [];

  const start = (name: string, ...args: readonly string[]): HostProgram => {
    const program = startHost(name, ...args);
    programs.push(program);
    return program;
  };

  /** Starts a program that runs a plugin in a child until it is killed; the child's process id. */
  const startChild = async (plugin: string): Promise<{ host: HostProgram; pid: number }> => {
    const host = start('runs-until-killed.mjs', `${plugin}.mjs`, plugin);
    await expect.poll(() => host.lines.length, inTime).toBe(1);
    return { host, pid: Number(host.lines[0]) };
  };

  afterEach(async () => {
    for (const { process: program, ended } of programs.splice(0)) {
      program.kill('SIGKILL');
      await ended;
    }
  });

  it('ends by itself when it has closed them, with nothing on its standard output', async () => {
    const { ended, lines } = start('runs-and-closes.mjs');
    expect(await ended).toEqual([0, null]);
    expect(lines).toEqual(['thread: true', 'process: true']);
  });

  it('leaves no child behind when it exits in a hurry, not even one that does not listen', async () => {
    const { ended, lines } = start('exits-in-a-hurry.mjs');
    expect(await ended).toEqual([0, null]);
    await expect.poll(() => processState(Number(lines[0])), inTime).toBeNull();
  });

  it.each(['ticks', 'ignores-sigterm', 'starts-a-grandchild', 'runs-forever'])(
    'leaves no child behind that %s when it is killed by SIGKILL',
    async (plugin) => {
      const { host, pid } = await startChild(plugin);
      expect(processState(pid)).not.toBeNull();
      host.process.kill('SIGKILL');
      await expect.poll(() => processState(pid), inTime).toBeNull();
    },
  );
});
