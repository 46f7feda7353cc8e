import type { DeviceProxy } from '../kernel/device-proxy.ts';
import type { LrcResult } from '../kernel/lrc.ts';
import { LrcHandle } from './lrc-handle.ts';
import { resolveLrcOptions } from './lrc-options.ts';
import type { LrcOptions } from './lrc-options.ts';
import { LrcRun } from './lrc-run.ts';

/** What was kept of a command that was sent by an earlier process. */
export interface SentCommand {
  /** The id the device gave it; left out when it was not kept. */
  readonly commandId?: string | null;
  /** When it was sent, in milliseconds since the epoch. */
  readonly sentAt: number;
}

type Call = (device: DeviceProxy, args?: unknown, options?: LrcOptions) => Promise<LrcResult>;

/** A class whose instances are functions; fields of a subclass are put on the function. */
// oxlint-disable-next-line typescript/no-extraneous-class -- It gives its subclass a function to be.
class Callable {
  constructor(call: Call) {
    Object.setPrototypeOf(call, new.target.prototype);
    return call;
  }
}
Object.setPrototypeOf(Callable.prototype, Function.prototype);

/** A long-running command is called like a function. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- The constructor gives a function.
export interface LongRunningCommand {
  /**
   * Sends the command to a device and resolves with how it ended; it never rejects for a command that
   * ended badly.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`, as a rejection
   */
  (device: DeviceProxy, args?: unknown, options?: LrcOptions): Promise<LrcResult>;
}

/**
 * A command that a device answers at once and finishes later, as SKA's devices speak of it, in both
 * versions of their protocol. It is listened for before it is sent, sent at most once, and followed
 * through lost connections until its end. It needs no engine.
 *
 * @example
 * ```ts
 * const scan = new LongRunningCommand('Scan', { stop: 'EndScan', timeoutMs: 600_000 });
 * const { resultCode, result, exception } = await scan(device, '{ "scan_id": 7 }');
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- The constructor gives a function.
export class LongRunningCommand extends Callable {
  /** The command's name on the device. */
  readonly command: string;
  /** The options of every call that gives no others. */
  readonly defaults: LrcOptions;

  /**
   * Options given here hold for every call; those of a call come before them.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  constructor(command: string, defaults: LrcOptions = {}) {
    super((device, args, options) => this.#call(device, args, options));
    if (typeof command !== 'string' || command === '') {
      throw new TypeError(`Expected \`command\` to be the name of a command, got \`${command}\``);
    }
    resolveLrcOptions(defaults);
    this.command = command;
    this.defaults = defaults;
  }

  /**
   * Sends the command and gives a handle on it.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  start(device: DeviceProxy, args?: unknown, options: LrcOptions = {}): LrcHandle {
    const resolved = resolveLrcOptions({ ...this.defaults, ...options });
    return new LrcHandle(new LrcRun({ command: this.command, device, args, sent: null }, resolved));
  }

  /**
   * Goes on with a command that an earlier process sent; nothing is sent again. Its timeout counts
   * from `sentAt`. Without an id it ends with `OUTCOME_UNKNOWN`, whose `candidates` name what it may
   * have become.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  attach(
    device: DeviceProxy,
    { commandId, sentAt }: SentCommand,
    options: LrcOptions = {},
  ): LrcHandle {
    const resolved = resolveLrcOptions({ ...this.defaults, ...options });
    const sent = { at: sentAt, commandId: commandId ?? null };
    const order = { command: this.command, device, args: undefined, sent };
    return new LrcHandle(new LrcRun(order, resolved));
  }

  async #call(device: DeviceProxy, args: unknown, options?: LrcOptions): Promise<LrcResult> {
    return this.start(device, args, options).result();
  }
}
