import type { LongRunningCommand } from '../actors/long-running-command.ts';
import type { LrcOptions } from '../actors/lrc-options.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { CommandInput, CommandOptions } from '../wire/command-input.ts';
import { showValue } from '../wire/show-value.ts';
import type { DeviceHub } from './device-hub.ts';

/** What a command is submitted with. */
export interface CommandOrder {
  /** The device, or its name or address. */
  readonly device: DeviceProxy | string;
  /** What the command takes; left out for none. */
  readonly args?: unknown;
  /** In place of the command's own. */
  readonly options?: CommandOptions;
}

/** Options of a command that belong to a program that waits for it, and not to a stored task. */
const ofProgram = new Set(['signal', 'beforeSend', 'onAccepted', 'logger', 'clock']);

/**
 * The input of the task that sends a command to a device; the device is made known by its name.
 *
 * @throws {@link RunstateError} `INVALID_OPTION` when what stops it is a function, which no store keeps
 */
export function commandInputOf(
  { command, defaults }: LongRunningCommand,
  { device, args, options }: CommandOrder,
  hub: DeviceHub,
): CommandInput {
  const stop: unknown = options?.stop ?? defaults.stop;
  if (typeof stop === 'function') {
    const expected = 'the name of a command, for a task is kept and a function cannot be';
    throw new RunstateError('INVALID_OPTION', ['stop', expected, showValue(stop)]);
  }
  const kept = { ...storable(defaults), ...options } as CommandOptions;
  return {
    device: typeof device === 'string' ? device : hub.nameOf(device),
    command,
    ...(args === undefined ? {} : { args }),
    ...(Object.keys(kept).length === 0 ? {} : { options: kept }),
  };
}

const storable = (defaults: LrcOptions): Partial<LrcOptions> =>
  Object.fromEntries(Object.entries(defaults).filter(([name]) => !ofProgram.has(name)));
