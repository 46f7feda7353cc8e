import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { AttributeValue, DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { showValue } from '../wire/show-value.ts';

/** How often a device is looked at. */
export interface MonitorOptions {
  /**
   * In milliseconds, from one look to the next.
   *
   * @defaultValue `5_000`
   */
  readonly periodMs?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** One look at a device. */
export interface MonitorReading {
  /** The device's name. */
  readonly device: string;
  /** When it was looked at, in milliseconds since the epoch. */
  readonly at: number;
  /** What could be read, by attribute, each with its quality and the device's own time. */
  readonly values: Readonly<Record<string, AttributeValue>>;
  /** Why the others could not. */
  readonly errors: Readonly<Record<string, Error>>;
}

/**
 * Reads attributes of a device again and again, the first time at once: the source of a streaming
 * task. What cannot be read is told as an error of its attribute, and the monitoring goes on; looks that
 * take longer than the period are not made up for.
 *
 * @example
 * ```ts
 * const task = new StreamingTask('cryostat', {
 *   generate: monitor(cryostat, ['temperature', 'pressure'], { periodMs: 500 }),
 *   handle: ({ values }) => show(values),
 * });
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function monitor(
  device: DeviceProxy,
  attributes: readonly string[],
  { periodMs = 5_000, clock = systemClock }: MonitorOptions = {},
): (signal: AbortSignal) => AsyncGenerator<MonitorReading, void, undefined> {
  if (!Number.isFinite(periodMs) || periodMs <= 0) {
    const expected = 'a positive number of milliseconds';
    throw new RunstateError('INVALID_OPTION', ['periodMs', expected, showValue(periodMs)]);
  }
  return async function* looks(signal) {
    for (let due = clock.now(); !signal.aborted; due = nextDue(due, periodMs, clock.now())) {
      await until(due, clock, signal);
      if (signal.aborted) return;
      const reading = await look(device, attributes, clock.now(), signal);
      if (signal.aborted) return;
      yield reading;
    }
  };
}

/** The next moment of the rhythm that lies ahead. */
const nextDue = (due: number, periodMs: number, now: number): number =>
  due + periodMs * Math.max(1, Math.ceil((now - due) / periodMs));

async function look(
  device: DeviceProxy,
  attributes: readonly string[],
  at: number,
  signal: AbortSignal,
): Promise<MonitorReading> {
  const values: Record<string, AttributeValue> = {};
  const errors: Record<string, Error> = {};
  const read = async (attribute: string): Promise<void> => {
    try {
      values[attribute] = await device.read(attribute, { signal });
    } catch (error) {
      errors[attribute] = error instanceof Error ? error : new Error(String(error));
    }
  };
  await Promise.all(attributes.map(read));
  return { device: device.name, at, values, errors };
}

/** Resolves at a moment, or as soon as the signal fires. */
const until = (due: number, clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const delayMs = due - clock.now();
    if (delayMs <= 0) {
      resolve();
      return;
    }
    const timer = clock.setTimeout(() => {
      forget();
      resolve();
    }, delayMs);
    const forget = onAbort(signal, () => {
      clock.clearTimeout(timer);
      resolve();
    });
  });
