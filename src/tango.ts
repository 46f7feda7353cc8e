/** A client of TANGO without native code: `runstate/tango`. */
export { tangoDevice } from './devices/tango/tango-device.ts';
export type { TangoDevice, TangoDeviceOptions } from './devices/tango/tango-device.ts';
export { resolveTangoName, tangoDriver } from './devices/tango/tango-driver.ts';
export type { TangoDriver, TangoOptions } from './devices/tango/tango-driver.ts';
export { lockDevice, lockStatus } from './devices/tango/lock/device-lock.ts';
export type { DeviceLock, LockOptions, LockStatus } from './devices/tango/lock/device-lock.ts';
export {
  superTangoFromEnvironment,
  tangoHostFromEnvironment,
} from './devices/tango/database/tango-environment.ts';
export type { TangoEnvironmentOptions } from './devices/tango/database/tango-environment.ts';
export type { DevEncoded } from './devices/tango/values/elements.ts';
export { DevFailed } from './kernel/device-errors.ts';
export type { DevError } from './kernel/device-errors.ts';
