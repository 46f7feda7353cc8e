import type { OpenDevice } from './device-hub.ts';

/** Opens devices by their addresses; what speaks to them is loaded when the first one is opened. */
export const openAddress: OpenDevice = async (address, options) => {
  const { openDevice } = await import('../devices/open-device.ts');
  return openDevice(address, options);
};
