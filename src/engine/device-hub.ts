import type { Clock } from '../kernel/clock.ts';
import { isDevice } from '../kernel/device-proxy.ts';
import type { ConnectionPhase, ConnectionState, DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { describeError } from '../kernel/task-error.ts';
import type { ChildStatus, SupervisorStatus } from '../supervisor/supervisor-status.ts';
import { showValue } from '../wire/show-value.ts';

/** A device that the engine knows, and how its connection stands. */
export interface DeviceStatus {
  /** The name it has in the engine. */
  readonly name: string;
  /** Its canonical name, such as `tango://host:10000/sys/tg_test/1`. */
  readonly address: string;
  readonly connection: ConnectionState;
}

/** The devices of an engine, by the names that commands and conditions call them. */
export interface EngineDevices extends DevicesByName {
  /**
   * Makes a device known by a name, or by its own. The proxy stays yours to close.
   *
   * @throws {@link RunstateError} `DEVICE_DUPLICATE` when another device has the name
   */
  register(device: DeviceProxy, name?: string): void;
  /** Every device that is known, in the order in which they came. */
  list(): readonly DeviceStatus[];
}

/** Where devices are found by their names. */
export interface DevicesByName {
  /**
   * The device of a name. An address such as `sim://127.0.0.1:4711/console` or
   * `tango://host:10000/sys/tg_test/1` is opened when it is first asked for, and closed with the
   * engine.
   *
   * @throws {@link RunstateError} `DEVICE_UNKNOWN`
   */
  get(name: string): Promise<DeviceProxy>;
}

/** What devices are opened with. */
export interface HubOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tangoHost?: string | undefined;
}

/** Opens a device by its address; null when the text is no address. */
export type OpenDevice = (address: string, options: HubOptions) => Promise<DeviceProxy | null>;

interface Entry {
  readonly name: string;
  readonly device: DeviceProxy;
  readonly isOwn: boolean;
}

const keyOf = (name: string): string => name.toLowerCase();

/**
 * Knows the devices of an engine. One that is reached by several names has one proxy, and so one
 * connection; names ignore case, as TANGO's do.
 */
export class DeviceHub implements EngineDevices {
  readonly #open: OpenDevice;
  readonly #options: HubOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #addresses = new Map<string, string>();
  readonly #opening = new Map<string, Promise<DeviceProxy>>();

  constructor(open: OpenDevice, options: HubOptions) {
    this.#open = open;
    this.#options = options;
  }

  register(device: DeviceProxy, name: string = device.name): void {
    if (!isDevice(device)) {
      throw new RunstateError('INVALID_OPTION', ['device', 'a device proxy', showValue(device)]);
    }
    const key = keyOf(name);
    const known = this.#entries.get(key);
    if (known?.device === device) return;
    if (known !== undefined) throw new RunstateError('DEVICE_DUPLICATE', [name]);
    this.#entries.set(key, { name, device, isOwn: false });
  }

  /** Gives an address a name of its own; it is opened when it is first asked for. */
  alias(name: string, address: string): void {
    this.#addresses.set(keyOf(name), address);
  }

  /** Gives the name by which a device is found again, and makes it known by that. */
  nameOf(device: DeviceProxy): string {
    for (const { name, device: known } of this.#entries.values()) if (known === device) return name;
    this.register(device);
    return device.name;
  }

  get(name: string): Promise<DeviceProxy> {
    const known = this.#entries.get(keyOf(name));
    if (known !== undefined) return Promise.resolve(known.device);
    const key = keyOf(name);
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#openOnce(name).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return opening;
  }

  list(): readonly DeviceStatus[] {
    return [...this.#entries.values()].map(({ name, device }) => ({
      name,
      address: device.name,
      connection: device.connection,
    }));
  }

  /** The hub as one of the engine's supervisors: a child for each connection; null without one. */
  status(): SupervisorStatus | null {
    if (this.#entries.size === 0) return null;
    return {
      name: 'devices',
      strategy: 'one-for-one',
      state: 'running',
      isDegraded: false,
      children: [...this.#entries.values()].map(childOf),
    };
  }

  /** Closes the devices that were opened here. */
  async close(): Promise<void> {
    const own = [...this.#entries.values()].filter(({ isOwn }) => isOwn);
    this.#entries.clear();
    await Promise.all(own.map(({ device }) => device.close()));
  }

  async #openOnce(name: string): Promise<DeviceProxy> {
    const address = this.#addresses.get(keyOf(name)) ?? name;
    const device = await this.#open(address, this.#options);
    if (device === null) throw new RunstateError('DEVICE_UNKNOWN', [name, this.#known()]);
    const same = [...this.#entries.values()].find((entry) => entry.device.name === device.name);
    if (same !== undefined) {
      await device.close();
      this.#entries.set(keyOf(name), { ...same, name });
      return same.device;
    }
    this.#entries.set(keyOf(name), { name, device, isOwn: true });
    return device;
  }

  #known(): string {
    const names = [...this.#entries.values()].map(({ name }) => name);
    return names.length === 0
      ? ' None is registered, and the name is no address.'
      : ` Known are: ${names.join(', ')}.`;
  }
}

const states = {
  idle: 'running',
  connecting: 'restarting',
  connected: 'running',
  lost: 'restarting',
  closed: 'stopped',
} as const satisfies Record<ConnectionPhase, ChildStatus['state']>;

/** A connection that is lost is tried again by itself: it is no child that is down. */
function childOf({ name, device }: Entry): ChildStatus {
  const { phase, attempts, error } = device.connection;
  return {
    name,
    state: states[phase],
    restarts: attempts,
    restartsInWindow: 0,
    maxRestarts: 0,
    lastError: error === null ? null : describeError(error, 'process', attempts),
  };
}
