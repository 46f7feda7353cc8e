import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The state letter of a process (`R`, `S`, `T`…), null when it is gone or waits to be reaped. */
export function processState(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const state = line.charAt(line.lastIndexOf(')') + 2);
    return state === 'Z' || state === 'X' ? null : state;
  } catch {
    return null;
  }
}

/** How long a process may take to go, or to come, in milliseconds. */
export const inTime = { timeout: 20_000 };

/** A program of `test/fixtures/runner-hosts`, and what it prints. */
export interface HostProgram {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<readonly unknown[]>;
}

/** Starts a program of `test/fixtures/runner-hosts`. */
export function startHost(name: string, ...args: readonly string[]): HostProgram {
  const file = fileURLToPath(new URL(`../fixtures/runner-hosts/${name}`, import.meta.url));
  const program = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: program.stdout }).on('line', (line) => lines.push(line));
  return { process: program, lines, ended: once(program, 'close') };
}
