import { RunstateError } from '../kernel/errors.ts';
import { isRetries, resolveRetry, retriesExpected } from '../kernel/retry.ts';
import type { RetryOptions } from '../kernel/retry.ts';
import type { RemoteStatus } from './remote-job-service.ts';
import { showValue } from './show-value.ts';

const seconds = [
  5, 5, 10, 15, 25, 40, 65, 105, 170, 275, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800,
  300,
];

/** Milliseconds between polls: soon at first, later every five minutes. */
export const defaultPollSchedule: readonly number[] = seconds.map((wait) => wait * 1_000);

/** How a remote job is followed, checked and complete. */
export interface RemoteJobSettings {
  readonly pollSchedule: readonly number[];
  readonly callTimeoutMs: number;
  readonly retry: Required<RetryOptions>;
}

const isDelay = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

type Given = { readonly [Name in 'pollSchedule' | 'callTimeoutMs' | 'monitorRetries']: unknown };

const refuse = (option: keyof Given, expected: string, value: unknown): never => {
  throw new RunstateError('INVALID_OPTION', [option, expected, showValue(value)]);
};

/**
 * Checks what a class says of how it is followed, before anything is launched.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the field
 */
export function settingsOf({
  pollSchedule,
  callTimeoutMs,
  monitorRetries,
}: Given): RemoteJobSettings {
  if (!Array.isArray(pollSchedule) || pollSchedule.length === 0 || !pollSchedule.every(isDelay)) {
    return refuse('pollSchedule', 'a list of milliseconds, each 0 or more', pollSchedule);
  }
  if (!isDelay(callTimeoutMs) || callTimeoutMs === 0) {
    return refuse('callTimeoutMs', 'a positive number of milliseconds', callTimeoutMs);
  }
  if (!isRetries(monitorRetries)) {
    return refuse('monitorRetries', retriesExpected, monitorRetries);
  }
  return { pollSchedule, callTimeoutMs, retry: resolveRetry(monitorRetries) };
}

/** When to poll: each wait is the next of the list, and the last one is repeated. */
export class PollTimes {
  readonly #schedule: readonly number[];
  #step = 0;

  constructor(schedule: readonly number[]) {
    this.#schedule = schedule;
  }

  /** The wait before the next poll; what the service asks for does not use up a step. */
  next(status?: RemoteStatus): number {
    if (isDelay(status?.nextPollMs)) return status.nextPollMs;
    const waitMs = this.#schedule[Math.min(this.#step, this.#schedule.length - 1)] ?? 0;
    this.#step += 1;
    return waitMs;
  }
}
