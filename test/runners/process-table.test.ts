import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import {
  identifyProcess,
  procTable,
  psTable,
  systemTable,
} from '../../src/runners/process-table.ts';
import { inTime } from './processes.ts';

const isLinux = process.platform === 'linux';
const noSuchProcess = 2 ** 30;

describe('identifyProcess', () => {
  it('gives the same identity each time', async () => {
    const identity = await identifyProcess(process.pid);
    expect(await identifyProcess(process.pid)).toEqual(identity);
    expect(identity).toMatchObject({ pid: process.pid, host: hostname() });
    expect(identity.startedAt).not.toBeNull();
  });

  it('does not know when a process was started that is not there', async () => {
    expect(await identifyProcess(noSuchProcess)).toMatchObject({ startedAt: null });
  });

  it.runIf(isLinux)('names the boot, and the ticks since then', async () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const { startedAt } = await identifyProcess(process.pid);
    expect(startedAt).toMatch(new RegExp(`^${boot}:\\d+$`));
  });
});

describe.each([
  ['procTable', procTable, isLinux],
  ['psTable', psTable, process.platform !== 'win32'],
] as const)('%s', (_, table, isHere) => {
  const started: ReturnType<typeof spawn>[] = [];

  const start = (name: string): number => {
    const program = ['-e', `process.title = ${JSON.stringify(name)}; setInterval(() => {}, 1e9)`];
    const child = spawn(process.execPath, program, { detached: true, stdio: 'ignore' });
    started.push(child);
    return child.pid ?? 0;
  };

  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  it.runIf(isHere)('finds a process and its group, whatever the process calls itself', async () => {
    const pid = start(') Z (5) 1 1');
    expect(await table.process(pid)).toMatchObject({ pid, group: pid });
    expect(await table.group(pid)).toEqual([await table.process(pid)]);
  });

  it.runIf(isHere)('finds nothing of a process that has ended', async () => {
    const pid = start('ends');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => table.process(pid), inTime).toBeNull();
    expect(await table.group(pid)).toEqual([]);
    expect(table.hasVariable(pid, 'PATH', 'x')).toBe(false);
  });
});

describe('systemTable', () => {
  it('is the one of this system', () => {
    expect(systemTable).toBe(isLinux ? procTable : psTable);
  });
});
