import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../src/kernel/process-identity.ts';
import { endOrphan } from '../../src/runners/orphans.ts';
import { signalGroup } from '../../src/runners/process-group.ts';
import {
  identifyProcess,
  placeMark,
  placeVariable,
  systemTable,
} from '../../src/runners/process-table.ts';
import { inTime, processState, startHost } from './processes.ts';
import type { HostProgram } from './processes.ts';

const isLinux = process.platform === 'linux';
const noSuchProcess = 2 ** 30;

const idles = 'setInterval(() => {}, 2 ** 30);';
const ignoresSigterm = `process.on('SIGTERM', () => {}); ${idles}`;

describe('endOrphan', () => {
  const groups: number[] = [];
  const hosts: HostProgram[] = [];

  /** Starts a program as the leader of a group, and waits until it runs. */
  const start = async (code: string, env: NodeJS.ProcessEnv = {}): Promise<ProcessIdentity> => {
    const child: ChildProcess = spawn(process.execPath, ['-e', `${code} console.log('here')`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    const { pid = 0, stdout } = child;
    groups.push(pid);
    if (stdout !== null) await once(stdout, 'data');
    return identifyProcess(pid);
  };

  /** A host whose child runs a plugin: where the child is, and the id that the plugin logged. */
  const startPlugin = async (
    plugin: string,
    ...more: readonly string[]
  ): Promise<{ host: HostProgram; place: ProcessIdentity; logged: number }> => {
    const host = startHost('tells-its-place.mjs', `${plugin}.mjs`, plugin, ...more);
    hosts.push(host);
    const expected = more.length === 0 ? 2 : 1;
    await expect.poll(() => host.lines.length, inTime).toBe(expected);
    const [place, logged] = host.lines.map((line) => JSON.parse(line) as unknown);
    groups.push((place as ProcessIdentity).pid);
    return { host, place: place as ProcessIdentity, logged: Number(logged) };
  };

  const killHost = async ({ process: program, ended }: HostProgram): Promise<void> => {
    program.kill('SIGKILL');
    await ended;
  };

  afterEach(async () => {
    for (const host of hosts.splice(0)) await killHost(host);
    for (const group of groups.splice(0)) signalGroup(group, 'SIGKILL');
  });

  it('ends a process, and finds it gone the next time', async () => {
    const place = await start(idles);
    expect(await endOrphan(place)).toBe('ended');
    expect(processState(place.pid)).toBeNull();
    expect(await endOrphan(place)).toBe('gone');
  });

  it('ends one that ignores SIGTERM', async () => {
    const place = await start(ignoresSigterm);
    expect(await endOrphan(place, { killDelayMs: 20 })).toBe('ended');
    expect(processState(place.pid)).toBeNull();
  });

  it('ends one in a loop without end', async () => {
    const place = await start(`setTimeout(() => { for (;;); });`);
    expect(await endOrphan(place)).toBe('ended');
  });

  it('lets one that was stopped hear of its end', async () => {
    const place = await start(idles);
    signalGroup(place.pid, 'SIGSTOP');
    await expect.poll(() => processState(place.pid), inTime).toBe('T');
    expect(await endOrphan(place, { killDelayMs: 20_000 })).toBe('ended');
  });

  it('leaves one alone that was started at another moment: it has got the number since', async () => {
    const place = await start(idles);
    const earlier = { ...place, startedAt: `${place.startedAt}0` };
    expect(await endOrphan(earlier)).toBe('gone');
    expect(processState(place.pid)).not.toBeNull();
  });

  it('leaves one alone that runs on another host', async () => {
    const place = await start(idles);
    expect(await endOrphan({ ...place, host: 'elsewhere.example' })).toBe('elsewhere');
    expect(processState(place.pid)).not.toBeNull();
  });

  it.each([noSuchProcess, 1, 0, -1, Number.NaN])('finds process %d gone', async (pid) => {
    const { host } = await identifyProcess(process.pid);
    expect(await endOrphan({ pid, startedAt: 'boot:1', host })).toBe('gone');
  });

  it('refuses to end one that it cannot tell from a stranger', async () => {
    const place = await start(idles);
    await expect(endOrphan({ ...place, startedAt: null })).rejects.toMatchObject({
      code: 'ORPHAN_ALIVE',
      message: expect.stringContaining(`Process ${place.pid}`),
    });
    expect(processState(place.pid)).not.toBeNull();
    await endOrphan(place);
    expect(await endOrphan({ ...place, startedAt: null })).toBe('gone');
  });

  describe('with the leader gone', () => {
    /** Starts a leader that starts another process with `mark`, and ends. */
    const startFamily = async (mark: string): Promise<ProcessIdentity> => {
      const starts = `
        const variables = { ...process.env, ${placeVariable}: process.env.MARK };
        const idle = ['-e', ${JSON.stringify(idles)}];
        require('node:child_process').spawn(process.execPath, idle, { env: variables, stdio: 'ignore' });
        process.once('SIGUSR2', () => process.exit(0)); ${idles}`;
      const place = await start(starts, { MARK: mark });
      process.kill(place.pid, 'SIGUSR2');
      await expect.poll(() => processState(place.pid), inTime).toBeNull();
      expect(await systemTable.group(place.pid)).toHaveLength(1);
      return place;
    };

    it('leaves a group alone that nothing says is ours', async () => {
      const place = await startFamily('12@somebody-else');
      expect(await endOrphan(place)).toBe('gone');
      expect(await systemTable.group(place.pid)).toHaveLength(1);
    });

    it.runIf(isLinux)('ends what a plugin had started', async () => {
      const { host, place, logged } = await startPlugin('starts-a-grandchild');
      // Stopped, it cannot end the group itself when it notices that the host has gone.
      process.kill(place.pid, 'SIGSTOP');
      await killHost(host);
      process.kill(place.pid, 'SIGKILL');
      await expect.poll(() => processState(place.pid), inTime).toBeNull();
      expect(processState(logged)).not.toBeNull();
      expect(await endOrphan({ ...place, startedAt: 'boot:1' })).toBe('gone');
      expect(processState(logged)).not.toBeNull();
      expect(await endOrphan(place)).toBe('ended');
      expect(processState(logged)).toBeNull();
    });
  });

  it('ends the child of a host that was killed', async () => {
    const { host, place } = await startPlugin('ignores-sigterm');
    signalGroup(place.pid, 'SIGSTOP');
    await killHost(host);
    expect(await endOrphan(place, { killDelayMs: 20 })).toBe('ended');
    expect(processState(place.pid)).toBeNull();
  });

  it('has nothing to end of a child whose host was killed before it knew the child’s place', async () => {
    const { host, place } = await startPlugin('runs-forever', 'never-placed');
    await killHost(host);
    await expect.poll(() => processState(place.pid), inTime).toBeNull();
    expect(await endOrphan(place)).toBe('gone');
  });

  it.runIf(isLinux)('takes a process for gone that only waits to be reaped', async () => {
    // Job control gives the job a group of its own; what the shell becomes then never reaps it.
    const shell = spawn('bash', ['-c', 'set -m; sleep 0 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    await expect.poll(() => processState(pid), inTime).toBeNull();
    const place = { ...(await identifyProcess(process.pid)), pid };
    expect(await endOrphan(place)).toBe('gone');
    const row = { pid, group: pid, startedAt: place.startedAt ?? '' };
    const unkillable = { ...systemTable, group: async () => [row] };
    const options = { table: unkillable, killDelayMs: 5, limitMs: 5 };
    await expect(endOrphan(place, options)).rejects.toMatchObject({
      code: 'ORPHAN_ALIVE',
      message: expect.stringContaining('still there 5 ms after SIGKILL'),
    });
    shell.kill('SIGKILL');
  });
});

describe('placeMark', () => {
  it('differs between two processes of one number', () => {
    expect(placeMark({ pid: 7, startedAt: 'a:1' })).not.toBe(
      placeMark({ pid: 7, startedAt: 'b:1' }),
    );
  });
});
