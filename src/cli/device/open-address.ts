import { openDevice } from '../../devices/open-device.ts';
import { looksLikeDefinition } from '../../devices/simulated/definition.ts';
import type { SimulatedDefinition } from '../../devices/simulated/definition.ts';
import { serveSimulated } from '../../devices/simulated/serve-simulated.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { DeviceProxy } from '../../kernel/device-proxy.ts';
import { RunstateError } from '../../kernel/errors.ts';
import type { Cli } from '../cli.ts';
import type { ModuleExports } from '../../plugin-host/import-file.ts';
import type { DeviceDoors, ServedDevices } from './device-doors.ts';

const wayOut =
  ' Give an address, such as tango://host:port/domain/family/member, or set TANGO_HOST for names of its database.';

/** Opens the device that a person named. */
async function open(name: string, { process, terminal }: Cli): Promise<DeviceProxy> {
  const { superTangoFromEnvironment, tangoHostFromEnvironment } =
    await import('../../devices/tango/database/tango-environment.ts');
  const { env } = process;
  const device = await openDevice(name, {
    clock: systemClock,
    logger: terminal.logger,
    tangoHost: tangoHostFromEnvironment({ env }),
    superTango: superTangoFromEnvironment({ env }),
  });
  if (device === null) throw new RunstateError('DEVICE_UNKNOWN', [name, wayOut]);
  return device;
}

/** The simulated devices among what a file exports, one by one or as a list. */
function definitionsOf(exports: ModuleExports): readonly SimulatedDefinition[] {
  const found = Object.values(exports)
    .flat()
    .filter((value) => looksLikeDefinition(value));
  if (found.length > 0) return found as readonly SimulatedDefinition[];
  const problem = 'must export objects such as `{ name: "console", commands: {…} }`';
  throw new RunstateError('DEVICE_INVALID', ['of the file', 'export', problem]);
}

/** Serves what a file exports. */
async function serve(exports: ModuleExports, port: number): Promise<ServedDevices> {
  const served = await serveSimulated(definitionsOf(exports), { port });
  const devices = Object.entries(served.addresses).map(([name, address]) => ({ name, address }));
  return { devices, close: () => served.close() };
}

/** The devices that the command line of a process reaches. */
export const deviceDoors: DeviceDoors = { open, serve };
