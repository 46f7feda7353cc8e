import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';

const program = 'test/fixtures/crash/host.mjs';
/** A host that prints nothing more and does not end either hangs; this is far from how long one takes. */
const longestMs = 120_000;

/** What one task of the crashed engines has come to. */
export interface CrashedTask {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly status: string;
  readonly attempt: number;
}

/** When a host is killed: after so many lines that it printed, and a moment more, or by a task. */
export interface KillMoment {
  readonly round: number;
  readonly lines: number;
  readonly thenMs: number;
  /** It is told to close after so many lines; Infinity for never. */
  readonly closeAfter: number;
  /** A task that kills it, and in which moment of its own: `unsafe.thread/setup`; null for none. */
  readonly killer: string | null;
}

/** Starts an engine as a process and kills it with SIGKILL; what it wrote to standard error. */
export async function crash(directory: string, moment: KillMoment): Promise<string> {
  const { round, lines, thenMs, closeAfter, killer } = moment;
  const args = [program, directory, String(round), String(closeAfter), killer ?? ''];
  const host = execa(process.execPath, args, {
    reject: false,
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  const printed: string[] = [];
  for await (const line of createInterface({ input: host.stdout })) {
    printed.push(line);
    if (printed.length >= lines) break;
  }
  // The moment is a random one on purpose: no event of the engine's marks it.
  await wait(thenMs);
  host.kill('SIGKILL');
  const { stderr, timedOut } = await host;
  if (timedOut) throw new Error(`host ${round} hangs after ${printed.slice(-20).join('; ')}`);
  return stderr;
}

/** Starts an engine that submits nothing more, and gives what became of all tasks. */
export async function drain(directory: string): Promise<readonly CrashedTask[]> {
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [program, directory, 'drain'],
    { reject: false, timeout: longestMs },
  );
  if (exitCode !== 0) throw new Error(`the last engine ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout.split('\n').at(-1) ?? '') as CrashedTask[];
}

/** The lines of a log, split into words. */
export const linesOf = (directory: string, log: 'effects.log' | 'told.log'): readonly string[][] =>
  readFileSync(join(directory, log), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
