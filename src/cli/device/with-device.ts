import type { CallOptions, DeviceProxy } from '../../kernel/device-proxy.ts';
import { exitCodes } from '../exit-codes.ts';
import { countOf } from '../numbers.ts';
import type { DeviceCli } from './device-doors.ts';

/** Options that every command has that works with a device. */
export interface DeviceOptions {
  readonly json?: boolean;
  readonly timeoutMs?: string;
}

/** A device that is open for one command. */
export interface OpenedDevice {
  readonly device: DeviceProxy;
  /** Goes with every call. */
  readonly call: CallOptions;
  /** Aborts when the person at the terminal wants to leave. */
  readonly signal: AbortSignal;
}

/**
 * Opens a device, works with it, and closes it. Ctrl-C and SIGTERM abort the signal; pressed again the
 * command ends at once. Work that fails after that was cancelled.
 */
export async function withDevice(
  name: string,
  { timeoutMs }: DeviceOptions,
  cli: DeviceCli,
  work: (opened: OpenedDevice) => Promise<number>,
): Promise<number> {
  const { process } = cli;
  const limit = timeoutMs === undefined ? {} : { timeoutMs: countOf('--timeout-ms', timeoutMs) };
  const leaving = new AbortController();
  const leave = (): void => {
    if (leaving.signal.aborted) process.exit(exitCodes.cancelled);
    leaving.abort();
  };
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);
  const { signal } = leaving;
  try {
    await using device = await cli.open(name, cli);
    return await work({ device, call: { ...limit, signal }, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    cli.terminal.error(error, false);
    return exitCodes.cancelled;
  } finally {
    process.off('SIGINT', leave);
    process.off('SIGTERM', leave);
  }
}
