import type { DeviceProxy } from '../kernel/device-proxy.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { simulatedDevice } from './simulated/simulated-device.ts';

/** How a device is opened by its address. */
export interface OpenDeviceOptions extends ConnectionOptions {
  /** TANGO's database as `host:port`, or a list of them, for names such as `sys/tg_test/1`. */
  readonly tangoHost?: string | undefined;
  /** Sets the control system's access control aside, as `SUPER_TANGO` does for TANGO's own tools. */
  readonly superTango?: boolean;
}

type Opener = (address: string, options: OpenDeviceOptions) => Promise<DeviceProxy>;

/** An alias and a device's name stand for one device, which shall have one connection. */
async function openTango(address: string, options: OpenDeviceOptions): Promise<DeviceProxy> {
  const { resolveTangoName } = await import('./tango/tango-driver.ts');
  const { tangoDevice } = await import('./tango/tango-device.ts');
  const { tangoHost, ...others } = options;
  const given = tangoHost === undefined ? others : { ...others, tangoHost };
  return tangoDevice(await resolveTangoName(address, given), given);
}

/** Each kind of address, and what opens it; what speaks to it is loaded then. */
const openers: readonly (readonly [RegExp, Opener])[] = [
  [/^sim:\/\//, async (address, options) => simulatedDevice(address, options)],
  [/^tango:\/\//i, openTango],
];

/** A device's name in TANGO's database: `domain/family/member`, or an alias. */
const tangoName = /^[^\s/:]+(?:\/[^\s/:]+\/[^\s/:]+)?$/;

/**
 * Opens a device by its address; null when the text is no address.
 *
 * @throws {@link RunstateError} `DEVICE_INVALID`
 */
export async function openDevice(
  address: string,
  options: OpenDeviceOptions = {},
): Promise<DeviceProxy | null> {
  const found = openers.find(([pattern]) => pattern.test(address));
  if (found !== undefined) return found[1](address, options);
  const isOfDatabase = options.tangoHost !== undefined && tangoName.test(address);
  return isOfDatabase ? openTango(address, options) : null;
}
