import type { DeviceProxy } from '../../kernel/device-proxy.ts';
import type { ModuleExports } from '../../plugin-host/import-file.ts';
import type { Cli } from '../cli.ts';

/** Simulated devices that can be reached until they are closed. */
export interface ServedDevices {
  readonly devices: readonly { readonly name: string; readonly address: string }[];
  close(): Promise<void>;
}

/**
 * Serves the simulated devices among what a file exports.
 *
 * @param port of the loopback interface; 0 takes a free one
 */
export type ServeDevices = (exports: ModuleExports, port: number) => Promise<ServedDevices>;

/** How the command line comes by devices. */
export interface DeviceDoors {
  /** Opens the device of an address; the caller closes it. */
  open(address: string, cli: Cli): DeviceProxy | Promise<DeviceProxy>;
  /** Null where none can be served. */
  readonly serve: ServeDevices | null;
}

/** The command line, with the way to devices. */
export type DeviceCli = Cli & DeviceDoors;
