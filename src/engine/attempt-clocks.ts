import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { Attempt } from './attempt.ts';
import { Countdown } from './countdown.ts';

/** Starts the two clocks of an attempt: how long it may take, and how long it may be silent. */
export function startClocks(
  clock: Clock,
  attempt: Attempt,
  onElapsed: (code: ErrorCode, limitMs: number) => void,
): void {
  const { timeoutMs, heartbeatTimeoutMs } = attempt.record.limits;
  if (timeoutMs !== null) {
    attempt.timeout = new Countdown(clock, timeoutMs, () =>
      onElapsed('ATTEMPT_TIMEOUT', timeoutMs),
    );
  }
  if (heartbeatTimeoutMs !== null) {
    attempt.heartbeat = new Countdown(clock, heartbeatTimeoutMs, () =>
      onElapsed('HEARTBEAT_TIMEOUT', heartbeatTimeoutMs),
    );
  }
}

export function stopClocks(attempt: Attempt): void {
  attempt.timeout?.cancel();
  attempt.heartbeat?.cancel();
  attempt.timeout = null;
  attempt.heartbeat = null;
}
