import type { Clock } from '../../../kernel/clock.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { DevFailed } from '../../../kernel/device-errors.ts';
import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { assertAllowed } from '../access/access-right.ts';
import type { TangoLink } from '../device/tango-link.ts';
import type { TangoDriver } from '../tango-driver.ts';

/** How a device is locked. */
export interface LockOptions extends CallOptions {
  /**
   * For how many seconds the device stays locked when this program ends or is cut off, 2 or more. The
   * lock is renewed at half of it.
   *
   * @defaultValue `10`
   */
  readonly validityS?: number;
}

/** A device that nobody else may command or write to; others read on. */
export interface DeviceLock extends AsyncDisposable {
  /** Resolves once the lock is not held any more: null after `unlock`, else why it was lost. */
  readonly released: Promise<Error | null>;
  /** Gives the device free; again, it does nothing. Rejects when the device cannot be told. */
  unlock(options?: CallOptions): Promise<void>;
}

/** Who holds the lock of a device. */
export interface LockStatus {
  readonly isLocked: boolean;
  /** The device's own words. */
  readonly text: string;
  /** The holder's process; null when it is not locked, or by a client that shows none, as runstate. */
  readonly holderPid: number | null;
  /** The holder's host, as the device's server sees it. */
  readonly holderHost: string | null;
}

const shortestS = 2;
/** How a server writes where a client is. */
const omniAddress = /^giop:[a-z]+:(.+):\d+$/;

const resolveValidity = ({ validityS = 10 }: LockOptions): number => {
  if (Number.isInteger(validityS) && validityS >= shortestS) return validityS;
  const wanted = `a whole number of seconds, ${shortestS} or more`;
  throw new RunstateError('INVALID_OPTION', ['validityS', wanted, String(validityS)]);
};

/** Asks who holds the lock of a device. */
export const lockStatus = async (
  driver: TangoDriver,
  options: CallOptions = {},
): Promise<LockStatus> => {
  const link = await driver.connect(options);
  try {
    const answer = await link.adminCommand('DevLockStatus', link.path, options);
    const [[locked = 0, pid = 0], [text = '', host = '']] = answer as [number[], string[]];
    const isLocked = locked === 1;
    const isProcess = isLocked && pid !== 0;
    return {
      isLocked,
      text,
      holderPid: isProcess ? pid : null,
      holderHost: isLocked ? (omniAddress.exec(host)?.[1] ?? host) : null,
    };
  } finally {
    link.close();
  }
};

/**
 * Locks a device for this program and keeps it locked: whatever connection a command or write of this
 * process takes, it passes. The lock has a connection of its own and outlives the loss of the proxy's.
 *
 * @throws {@link DevFailed} `API_DeviceLocked` when another holds it, `API_ReadOnlyMode` without the right
 */
export const lockDevice = async (
  driver: TangoDriver,
  options: LockOptions = {},
  clock: Clock = systemClock,
): Promise<DeviceLock> => {
  const validityS = resolveValidity(options);
  const link = await driver.connect(options);
  try {
    assertAllowed(await link.right(options), driver.name, { command: 'LockDevice' });
    await link.adminCommand('LockDevice', [[validityS], [link.path]], options);
    return new HeldLock(driver, link, validityS, clock);
  } catch (error) {
    link.close();
    throw error;
  }
};

class HeldLock implements DeviceLock {
  readonly released: Promise<Error | null>;
  readonly #driver: TangoDriver;
  readonly #device: string;
  readonly #validityMs: number;
  readonly #clock: Clock;
  #link: TangoLink;
  #tellReleased!: (error: Error | null) => void;
  #timer: unknown;
  #renewedAt: number;
  #isHeld = true;

  constructor(driver: TangoDriver, link: TangoLink, validityS: number, clock: Clock) {
    this.#driver = driver;
    this.#link = link;
    this.#device = link.path;
    this.#validityMs = validityS * 1_000;
    this.#clock = clock;
    this.#renewedAt = clock.now();
    this.released = new Promise((resolve) => (this.#tellReleased = resolve));
    this.#renewIn(this.#validityMs / 2);
  }

  async unlock(options: CallOptions = {}): Promise<void> {
    if (!this.#isHeld) return;
    this.#release(null);
    try {
      await this.#link.adminCommand('UnLockDevice', [[0], [this.#device]], options);
    } finally {
      this.#link.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unlock();
  }

  #release(error: Error | null): void {
    this.#isHeld = false;
    this.#clock.clearTimeout(this.#timer);
    this.#tellReleased(error);
  }

  #renewIn(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => void this.#renew(), delayMs);
    this.#clock.unref?.(this.#timer);
  }

  async #renew(): Promise<void> {
    const startedAt = this.#clock.now();
    try {
      if (!this.#link.connection.isOpen) this.#link = await this.#driver.connect({});
      if (!this.#isHeld) return;
      await this.#link.adminCommand('ReLockDevices', [this.#device], {});
      this.#renewedAt = startedAt;
      if (this.#isHeld) this.#renewIn(this.#validityMs / 2);
    } catch (error) {
      if (!this.#isHeld) return;
      const isOver = this.#clock.now() - this.#renewedAt >= this.#validityMs;
      if (isOver || error instanceof DevFailed) {
        this.#release(error instanceof Error ? error : new Error(String(error)));
        return this.#link.close();
      }
      this.#renewIn(this.#validityMs / 8);
    }
  }
}
