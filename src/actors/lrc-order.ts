import type { DeviceProxy } from '../kernel/device-proxy.ts';

/** A command as it was given: to be sent, or sent by an earlier process. */
export interface LrcOrder {
  readonly command: string;
  readonly device: DeviceProxy;
  readonly args: unknown;
  /** Of a command that was sent before: when, and its id where that was kept. */
  readonly sent: { readonly at: number; readonly commandId: string | null } | null;
}

/** How a command is stopped. */
export interface LrcAbortOptions {
  /**
   * Sends `stop: 'Abort'` also when that ends others' commands.
   *
   * @defaultValue what the command was started with
   */
  readonly abortAll?: boolean;
  /**
   * How long the device may take to tell the end, in milliseconds.
   *
   * @defaultValue what the command was started with
   */
  readonly graceMs?: number;
  /** Becomes the cause of the error that the command ends with. */
  readonly reason?: unknown;
}
