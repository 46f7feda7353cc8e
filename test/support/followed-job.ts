import type { PhaseOutcome } from '../../src/kernel/runner.ts';
import { PluginExecution } from '../../src/runners/plugin-execution.ts';
import { pluginFromClass } from '../../src/wire/plugin-class.ts';
import type { PluginClass } from '../../src/wire/plugin-class.ts';
import { RecordingHost } from '../runners/recording-host.ts';

/** What an attempt is begun with. */
export interface AttemptBeginning {
  readonly input: unknown;
  readonly resumeFrom?: unknown;
  readonly commit?: RecordingHost['commit'];
}

/** One attempt of a plugin class without an engine. */
export class FollowedJob {
  readonly host = new RecordingHost();
  readonly execution: PluginExecution;

  constructor(plugin: PluginClass, { input, resumeFrom, commit }: AttemptBeginning) {
    if (commit !== undefined) this.host.commit = commit;
    this.execution = new PluginExecution(
      pluginFromClass(plugin),
      {
        taskId: 7,
        attempt: 1,
        plugin: { name: 'remote', suspend: 'cooperative', moduleUrl: null, definition: null },
        input,
        resumeFrom,
        teardownTimeoutMs: 10_000,
        resultsDirectory: '/nowhere',
      },
      this.host,
    );
    this.execution.run('setup');
    this.execution.run('process');
  }

  ended(): Promise<PhaseOutcome> {
    return this.host.untilSettled('process');
  }

  async output(): Promise<unknown> {
    const outcome = await this.ended();
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  }

  /** The error it ended with; fails when it ended well. */
  async error(): Promise<Error> {
    const outcome = await this.ended();
    if (outcome.ok || !(outcome.error instanceof Error)) throw new Error('it did not fail');
    return outcome.error;
  }

  /** What a later attempt would go on from. */
  get checkpoint(): unknown {
    return this.host.all('checkpoint').at(-1)?.value;
  }

  logs(level?: string): readonly string[] {
    const lines = this.host
      .all('log')
      .filter((line) => level === undefined || line.level === level);
    return lines.map(({ message }) => message);
  }
}
