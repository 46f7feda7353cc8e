import { expect } from 'vitest';
import type { Execution, Runner } from '../../src/kernel/runner.ts';
import { loadPlugin } from '../../src/runners/load-plugin.ts';
import { RecordingHost } from './recording-host.ts';

const folder = new URL('../fixtures/runner-plugins/', import.meta.url);

/** Which plugin to run, and with what. */
export interface AttemptOptions {
  /** A file of `test/fixtures/runner-plugins`; null for a plugin whose file nobody knows. */
  readonly file?: string | null;
  readonly plugin: string;
  readonly input?: unknown;
  readonly resumeFrom?: unknown;
  readonly suspend?: 'signal' | 'cooperative' | 'refuse';
  readonly resultsDirectory?: string;
}

/** An attempt that was begun, and what its host was told. */
export interface BegunAttempt {
  readonly host: RecordingHost;
  readonly execution: Execution;
}

/** Begins an attempt of a plugin of the fixtures; no phase is run yet. */
export async function beginAttempt(
  runner: Runner,
  {
    file = 'contract.mjs',
    plugin,
    input = {},
    resumeFrom,
    suspend,
    resultsDirectory,
  }: AttemptOptions,
): Promise<BegunAttempt> {
  const moduleUrl = file === null ? null : new URL(file, folder).href;
  const isInline = runner.name === 'inline' && moduleUrl !== null;
  const definition = isInline ? await loadPlugin(moduleUrl, plugin) : null;
  const host = new RecordingHost();
  const execution = runner.begin(
    {
      taskId: 7,
      attempt: 1,
      plugin: { name: plugin, suspend: suspend ?? 'cooperative', moduleUrl, definition },
      input,
      resumeFrom,
      teardownTimeoutMs: 10_000,
      resultsDirectory: resultsDirectory ?? '/results',
    },
    host,
  );
  return { host, execution };
}

/** Begins an attempt and runs it into `process`, which is not waited for. */
export async function runToProcess(runner: Runner, options: AttemptOptions): Promise<BegunAttempt> {
  const begun = await beginAttempt(runner, options);
  begun.execution.run('setup');
  expect(await begun.host.untilSettled('setup')).toEqual({ ok: true, value: undefined });
  begun.execution.run('process');
  return begun;
}

/** The process id that a plugin logs when it begins. */
export const pidOf = async ({ host }: BegunAttempt): Promise<number> =>
  Number((await host.untilLogged('begun')).fields?.['pid']);

/** That a runner still runs attempts. */
export async function expectUsable(runner: Runner): Promise<void> {
  const { host, execution } = await runToProcess(runner, {
    plugin: 'contract.doubles',
    input: { x: 1 },
  });
  expect(await host.untilSettled('process')).toEqual({ ok: true, value: { y: 2 } });
  execution.dispose();
}
