import { z } from 'zod';
import type { LrcSuspend } from '../kernel/lrc.ts';

const milliseconds = z.number().nonnegative();
const commandName = z.string().min(1);

/** How a device's command is followed and stopped: what can be kept in a store. */
export const commandOptions = z.strictObject({
  /** The longest time from its start to its end, in milliseconds; 120,000 without it. */
  timeoutMs: z.union([z.number().positive(), z.literal('none')]).optional(),
  /** The command that stops it, or `none`, which is what holds without it. */
  stop: commandName.optional(),
  /** Sends `stop: 'Abort'` also when that ends others' commands. */
  abortAll: z.boolean().optional(),
  /** The commands that pause it and let it go on; without them it cannot be suspended. */
  suspend: z.strictObject({ pause: commandName, resume: commandName }).optional(),
  /** How long the device may take, after a stop, to tell the end, in milliseconds. */
  graceMs: milliseconds.optional(),
  /** How long the device may take to answer one call, in milliseconds. */
  callTimeoutMs: milliseconds.optional(),
  /** How often the device is looked at in case that events were missed, in milliseconds. */
  recheckMs: z.number().positive().optional(),
});

/** The input of a task that is a command of a device. */
export const commandInput = z.strictObject({
  /** The device's name in the engine, or its address. */
  device: z.string().min(1),
  command: commandName,
  /** What the command takes; left out for none. */
  args: z.unknown().optional(),
  options: commandOptions.optional(),
});

/** How a device's command is followed and stopped. */
export interface CommandOptions {
  /**
   * The longest time from its start to its end, in milliseconds; `'none'` must be said.
   *
   * @defaultValue `120_000`
   */
  readonly timeoutMs?: number | 'none';
  /**
   * The command that is sent, and nothing else, when this one is to be stopped.
   *
   * @defaultValue `'none'`
   */
  readonly stop?: string;
  /**
   * Sends `stop: 'Abort'` also when that ends others' commands.
   *
   * @defaultValue `false`
   */
  readonly abortAll?: boolean;
  /** The commands that pause it and let it go on; without them it cannot be suspended. */
  readonly suspend?: LrcSuspend;
  /**
   * How long the device may take, after a stop, to tell the end, in milliseconds.
   *
   * @defaultValue `4_000`
   */
  readonly graceMs?: number;
  /**
   * How long the device may take to answer one call, in milliseconds.
   *
   * @defaultValue `3_000`
   */
  readonly callTimeoutMs?: number;
  /**
   * How often the device is looked at in case that events were missed, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly recheckMs?: number;
}

/** The input of a task that is a command of a device, parsed. */
export type CommandInput = z.output<typeof commandInput>;
