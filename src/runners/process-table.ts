import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type { ProcessIdentity } from '../kernel/process-identity.ts';

/** A process that has not ended; one that only waits to be reaped is none. */
export interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  /** In the system's own words; two processes of one number never have the same. */
  readonly startedAt: string;
}

/** What can be read of the processes of this host. */
export interface ProcessTable {
  process(pid: number): Promise<ProcessRow | null>;
  group(group: number): Promise<readonly ProcessRow[]>;
  /** Whether a process was started with this variable in its environment; false if nobody can tell. */
  hasVariable(pid: number, name: string, value: string): boolean;
}

/** Fields of `/proc/<pid>/stat`, counted after the name: it may hold spaces and parentheses. */
const field = { state: 0, group: 2, startedAt: 19 } as const;

const hasEnded = (state: string): boolean => /^[ZXx]/.test(state);

let bootId: string | null = null;

/** Ticks are counted from the last boot, so the boot is part of the moment. */
const momentOf = (ticks: string): string => {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `${bootId}:${ticks}`;
};

/** One process of Linux, read at once; null when it is gone. */
export function readProcess(pid: number): ProcessRow | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const { [field.state]: state = '', [field.group]: group, [field.startedAt]: ticks } = fields;
    return hasEnded(state) || ticks === undefined
      ? null
      : { pid, group: Number(group), startedAt: momentOf(ticks) };
  } catch {
    return null;
  }
}

/** Linux, by its `/proc`. */
export const procTable: ProcessTable = {
  process: async (pid) => readProcess(pid),
  group: async (group) =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)) ?? [])
      .filter((row) => row.group === group),
  hasVariable(pid, name, value) {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return variables.includes(`${name}=${value}`);
    } catch {
      return false;
    }
  },
};

const runFile = promisify(execFile);

async function listByPs(): Promise<readonly ProcessRow[]> {
  const columns = ['-A', '-o', 'pid=,pgid=,stat=,lstart='];
  const env = { ...process.env, LC_ALL: 'C' };
  const { stdout } = await runFile('ps', columns, { env, maxBuffer: 2 ** 26 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, state = '', startedAt = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (pid === undefined || hasEnded(state)) return [];
    return [{ pid: Number(pid), group: Number(group), startedAt }];
  });
}

/** Any other system, by its `ps`, which tells the start to the second and nothing of environments. */
export const psTable: ProcessTable = {
  process: async (pid) => (await listByPs()).find((row) => row.pid === pid) ?? null,
  group: async (group) => (await listByPs()).filter((row) => row.group === group),
  hasVariable: () => false,
};

export const systemTable: ProcessTable = process.platform === 'linux' ? procTable : psTable;

/** How a process of this host can be told from any other, for as long as this host keeps its name. */
export async function identifyProcess(
  pid: number,
  table: ProcessTable = systemTable,
): Promise<ProcessIdentity> {
  const row = await table.process(pid).catch(() => null);
  return { pid, startedAt: row?.startedAt ?? null, host: hostname() };
}

/**
 * The variable by which what a child started is known when the child itself is gone. The child sets
 * it before anything of a plugin is loaded, and what it starts inherits it.
 */
export const placeVariable = 'RUNSTATE_ATTEMPT';

/** What {@link placeVariable} holds. */
export const placeMark = ({ pid, startedAt }: Omit<ProcessIdentity, 'host'>): string =>
  `${pid}@${startedAt ?? '?'}`;
