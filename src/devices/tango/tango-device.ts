import type { CallOptions } from '../../kernel/device-proxy.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { DeviceConnection } from '../device-connection.ts';
import { lockDevice, lockStatus } from './lock/device-lock.ts';
import type { DeviceLock, LockOptions, LockStatus } from './lock/device-lock.ts';
import { tangoDriver } from './tango-driver.ts';
import type { TangoDriver, TangoOptions } from './tango-driver.ts';

/** How a TANGO device is reached and kept. */
export interface TangoDeviceOptions extends TangoOptions, Omit<ConnectionOptions, 'clock'> {}

/** A proxy of a TANGO device: beside what every device can, it can be locked. */
export class TangoDevice extends DeviceConnection {
  readonly #driver: TangoDriver;

  constructor(driver: TangoDriver, options: TangoDeviceOptions) {
    super(driver, options);
    this.#driver = driver;
  }

  /**
   * Locks the device: nobody else may command or write to it until it is unlocked, or this program has
   * ended for the lock's validity.
   *
   * @throws {@link DevFailed} `API_DeviceLocked` when somebody else has it
   */
  lock(options: LockOptions = {}): Promise<DeviceLock> {
    return lockDevice(this.#driver, options);
  }

  /** Who holds the lock. */
  lockStatus(options: CallOptions = {}): Promise<LockStatus> {
    return lockStatus(this.#driver, options);
  }
}

/**
 * A proxy of a TANGO device, without any native code: by its full name, with or without a database
 * (`tango://host:port/domain/family/member`, `…#dbase=no`), or, with `tangoHost`, by its name or alias
 * in that database.
 *
 * @example
 * ```ts
 * const device = tangoDevice('sys/tg_test/1', { tangoHost: tangoHostFromEnvironment() });
 * const { value } = await device.read('double_scalar');
 * ```
 * @throws {@link RunstateError} `DEVICE_UNKNOWN` when the name is none; `INVALID_OPTION`
 */
export const tangoDevice = (name: string, options: TangoDeviceOptions = {}): TangoDevice =>
  new TangoDevice(tangoDriver(name, options), options);
