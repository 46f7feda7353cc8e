import { systemClock } from '../../kernel/clock.ts';
import { RunstateError } from '../../kernel/errors.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { DeviceConnection } from '../device-connection.ts';
import type { SimulatedDefinition } from './definition.ts';
import { LocalDriver } from './local-driver.ts';
import { Simulation } from './simulation.ts';
import { parseSimAddress, SocketDriver } from './socket-driver.ts';

/** A simulated device in the same process: a proxy of it, and the device itself. */
export class SimulatedDevice extends DeviceConnection {
  /** The device at work: its attributes can be set, and it can be made to fail. */
  readonly simulation: Simulation;

  constructor(simulation: Simulation, options: ConnectionOptions) {
    super(new LocalDriver(simulation), options);
    this.simulation = simulation;
  }

  /** Ends the connection, and switches the device off. */
  override close(): Promise<void> {
    this.simulation.stop();
    return super.close();
  }
}

/**
 * Makes a simulated device in this process, or, by an address such as `sim://127.0.0.1:4711/console`,
 * reaches one that another process serves. It speaks the long-running-command protocol as SKA's
 * devices do, so that everything runs without a control system.
 *
 * @example
 * ```ts
 * const console = simulatedDevice({
 *   name: 'console',
 *   attributes: { temperature: { value: 298.15, unit: 'K', writable: true } },
 *   longRunning: {
 *     Acquire: async (job) => {
 *       for (let scan = 1; scan <= 8; scan += 1) {
 *         await job.delay(100);
 *         job.progress((scan / 8) * 100);
 *       }
 *       return [0, '8 scans'];
 *     },
 *   },
 * });
 * ```
 * @throws {@link RunstateError} `DEVICE_INVALID`, `INVALID_OPTION`
 */
export function simulatedDevice(
  definition: SimulatedDefinition,
  options?: ConnectionOptions,
): SimulatedDevice;
export function simulatedDevice(address: string, options?: ConnectionOptions): DeviceConnection;
export function simulatedDevice(
  given: SimulatedDefinition | string,
  options: ConnectionOptions = {},
): DeviceConnection {
  const { clock = systemClock } = options;
  if (typeof given !== 'string') return new SimulatedDevice(new Simulation(given, clock), options);
  const address = parseSimAddress(given);
  if (address === null) {
    const problem = 'must be an address such as `sim://127.0.0.1:4711/console`';
    throw new RunstateError('DEVICE_INVALID', [given, 'address', problem]);
  }
  const { host, port, device } = address;
  const name = `sim://${host.includes(':') ? `[${host}]` : host}:${port}/${device.toLowerCase()}`;
  return new DeviceConnection(new SocketDriver(name, address, clock), options);
}
