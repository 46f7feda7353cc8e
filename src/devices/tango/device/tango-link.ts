import { DevFailed } from '../../../kernel/device-errors.ts';
import type {
  AttributeEventKind,
  AttributeValue,
  CallOptions,
  DeviceInfo,
} from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import type { DeviceLink, LinkListener, LinkSubscription } from '../../driver.ts';
import { assertAllowed } from '../access/access-right.ts';
import type { AccessRight } from '../access/access-right.ts';
import type { OpenEvents, TangoEvents } from '../events/event-port.ts';
import type { GiopConnection } from '../giop/giop-connection.ts';
import type { AttributeConfig5 } from '../idl/attribute-config.ts';
import type { AttributeValue4 } from '../idl/attribute-value.ts';
import { attributeArgument } from '../values/attribute-argument.ts';
import { nothing } from '../values/type-code-writer.ts';
import { argumentInvalid, CommandCaller } from './command-caller.ts';
import { toDeviceInfo } from './device-description.ts';
import type { DeviceOperations } from './device-operations.ts';

/** A device that was reached. */
export interface ReachedDevice {
  /** The device's canonical name. */
  readonly name: string;
  /** Its name without the host, as its server knows it: no alias. */
  readonly path: string;
  readonly operations: DeviceOperations;
  /** The device that administers the server, which sends events and keeps locks. */
  readonly admin: (options: CallOptions) => Promise<CommandCaller>;
  /** What may be done; asked again as long as it could not be told. */
  readonly right: (options: CallOptions) => Promise<AccessRight>;
  /** Resolves once the device is lost; null when `close` was called. */
  readonly closed: Promise<Error | null>;
  readonly close: () => void;
  readonly events: OpenEvents | undefined;
}

/** A TANGO device through one connection to its server. */
export class TangoLink implements DeviceLink {
  readonly closed: Promise<Error | null>;
  readonly #device: ReachedDevice;
  readonly #commands: CommandCaller;
  readonly #configurations = new Map<string, AttributeConfig5>();
  #events: TangoEvents | undefined;

  constructor(device: ReachedDevice) {
    this.#device = device;
    this.closed = device.closed;
    this.#commands = new CommandCaller(device.operations);
    void this.closed.then(() => this.#events?.close());
  }

  /** The device's name without the host, as its server knows it. */
  get path(): string {
    return this.#device.path;
  }

  /** The connection in use. */
  get connection(): GiopConnection {
    return this.#device.operations.object.connection;
  }

  async command(name: string, args: unknown, options: CallOptions): Promise<unknown> {
    const right = await this.#device.right(options);
    assertAllowed(right, this.#device.name, { command: name });
    return this.#commands.call(name, args, false, options);
  }

  read(attribute: string, options: CallOptions): Promise<AttributeValue> {
    return this.#device.operations.read(attribute, options);
  }

  async write(attribute: string, value: unknown, options: CallOptions): Promise<void> {
    const right = await this.#device.right(options);
    assertAllowed(right, this.#device.name, { attribute });
    const configuration = await this.#configuration(attribute, options);
    let argument: AttributeValue4;
    try {
      argument = attributeArgument(configuration, value);
    } catch (error) {
      throw argumentInvalid(this.#device.name, `attribute ${configuration.name}`, error);
    }
    try {
      await this.#device.operations.write(argument, options);
    } catch (error) {
      if (error instanceof DevFailed) this.#configurations.delete(attribute.toLowerCase());
      throw error;
    }
  }

  async listen(
    attribute: string,
    event: AttributeEventKind,
    listener: LinkListener,
    options: CallOptions,
  ): Promise<LinkSubscription> {
    const { events: open, name, admin } = this.#device;
    if (!open) {
      const why = 'this link was made without events';
      throw new RunstateError('SUBSCRIBE_FAILED', [name, event, attribute, why]);
    }
    this.#events ??= open({
      device: name,
      path: this.path,
      host: () => this.connection.remoteAddress,
      adminCommand: async (command, args, callOptions) =>
        (await admin(callOptions)).call(command, args, true, callOptions),
    });
    return this.#events.listen(attribute, event, listener, options);
  }

  async state(options: CallOptions): Promise<string> {
    return String(await this.#device.operations.command('State', nothing, true, options));
  }

  async status(options: CallOptions): Promise<string> {
    return String(await this.#device.operations.command('Status', nothing, true, options));
  }

  async info(options: CallOptions): Promise<DeviceInfo> {
    const { operations, name } = this.#device;
    const [info, commands, attributes] = await Promise.all([
      operations.information(options),
      operations.commands(options),
      operations.configuration([], options),
    ]);
    return toDeviceInfo(name, info, commands, attributes);
  }

  /** A command of the device that administers the server. */
  async adminCommand(command: string, args: unknown, options: CallOptions): Promise<unknown> {
    return (await this.#device.admin(options)).call(command, args, false, options);
  }

  /** What may be done to the device. */
  right(options: CallOptions): Promise<AccessRight> {
    return this.#device.right(options);
  }

  close(): void {
    this.#events?.close();
    this.#device.close();
  }

  async #configuration(attribute: string, options: CallOptions): Promise<AttributeConfig5> {
    const key = attribute.toLowerCase();
    const known = this.#configurations.get(key);
    if (known) return known;
    const [found] = await this.#device.operations.configuration([attribute], options);
    if (!found) {
      const why = `it gave no configuration of attribute ${attribute}`;
      throw new RunstateError('DEVICE_PROTOCOL', [this.#device.name, why]);
    }
    this.#configurations.set(key, found);
    return found;
  }
}
