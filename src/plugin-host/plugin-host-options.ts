import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { PluginProblem } from './problem.ts';

/** How a plugin host is made. */
export interface PluginHostOptions {
  /**
   * Where loaded files and problems are logged.
   *
   * @defaultValue drops everything
   */
  readonly logger?: Logger;
  /**
   * Where a private folder for compiled plugins is made; `close` removes it.
   *
   * @defaultValue the system's folder for temporary files
   */
  readonly cacheDir?: string | null;
  /**
   * Whether changed files are loaded when they change, and not only when the next task needs them.
   *
   * @defaultValue `false`
   */
  readonly watch?: boolean;
  /**
   * How long one file may take to load, in milliseconds.
   *
   * @defaultValue `30_000`
   */
  readonly loadTimeoutMs?: number;
  /** Called with each problem once, when it comes up. */
  readonly onProblem?: (problem: PluginProblem) => void;
  /** @defaultValue the machine's own */
  readonly clock?: Clock;
}

export const pluginHostDefaults = {
  logger: silentLogger,
  cacheDir: null,
  watch: false,
  loadTimeoutMs: 30_000,
  onProblem: () => {},
  clock: systemClock,
} as const satisfies Required<PluginHostOptions>;

/** Completes and checks the options of a plugin host. */
export function resolvePluginHostOptions(options: PluginHostOptions): Required<PluginHostOptions> {
  const { loadTimeoutMs = pluginHostDefaults.loadTimeoutMs } = options;
  if (!(loadTimeoutMs > 0)) {
    const wanted = 'a positive number of milliseconds';
    throw new RunstateError('INVALID_OPTION', ['loadTimeoutMs', wanted, loadTimeoutMs]);
  }
  return { ...pluginHostDefaults, ...options };
}
