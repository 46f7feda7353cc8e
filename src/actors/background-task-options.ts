import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { showValue } from '../wire/show-value.ts';
import type { Overlap } from './periodic-schedule.ts';

/** How a background task runs. */
export interface BackgroundTaskOptions {
  /**
   * What logs and errors call the task.
   *
   * @defaultValue the action's own name
   */
  readonly name?: string | undefined;
  /**
   * Calls of the action in a second; without it the action is called once.
   *
   * @defaultValue none
   */
  readonly frequencyHz?: number | undefined;
  /**
   * What happens to ticks that come while the action still runs.
   *
   * @defaultValue `'skip'`
   */
  readonly overlap?: Overlap | undefined;
  /**
   * Where the failure of the action is logged, once.
   *
   * @defaultValue nowhere
   */
  readonly logger?: Logger | undefined;
  /**
   * Where time comes from.
   *
   * @defaultValue the system's clock
   */
  readonly clock?: Clock | undefined;
}

/** How long a caller waits for a stop. */
export interface StopOptions {
  /**
   * Longest wait, in milliseconds. The wait then rejects with `WAIT_TIMEOUT`; the task stays told to
   * stop.
   *
   * @defaultValue none
   */
  readonly timeoutMs?: number | undefined;
}

const overlaps: readonly unknown[] = ['skip', 'queue', 'cancel'] satisfies Overlap[];

/** Whether both a frequency and its period can be counted with. */
const isFrequency = (hertz: number): boolean =>
  hertz > 0 && Number.isFinite(hertz) && Number.isFinite(1_000 / hertz);

/** Refuses what no task could run with. */
export function assertOptions({ frequencyHz, overlap }: BackgroundTaskOptions): void {
  if (frequencyHz !== undefined && !isFrequency(frequencyHz)) {
    const expected = 'a finite number of hertz above 0';
    throw new RunstateError('INVALID_OPTION', ['frequencyHz', expected, String(frequencyHz)]);
  }
  if (overlap !== undefined && !overlaps.includes(overlap)) {
    const expected = "'skip', 'queue' or 'cancel'";
    throw new RunstateError('INVALID_OPTION', ['overlap', expected, showValue(overlap)]);
  }
}
