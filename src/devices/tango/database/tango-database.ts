import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import { callError } from '../device/call-error.ts';
import { DeviceOperations } from '../device/device-operations.ts';
import { defaultTimeoutMs, openAny, RemoteObject } from '../device/remote-object.ts';
import type { Endpoint, GiopConnectionOptions } from '../giop/giop-connection.ts';
import { commandArgument } from '../values/command-argument.ts';
import { namedObject } from './ior.ts';
import { hostText } from './tango-name.ts';

/** What the database knows of a device that runs, or ran. */
export interface ImportedDevice {
  readonly name: string;
  readonly isExported: boolean;
  /** The device's reference as text. */
  readonly ior: string;
  readonly server: string;
  readonly host: string;
  readonly class: string;
}

/** The numbers of the types that the database's commands take. */
const textType = 8;
const textsType = 16;

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

/** A connection to TANGO's database, which knows devices by their names. */
export class TangoDatabase {
  /** Where it was reached. */
  readonly endpoint: Endpoint;
  readonly #device: DeviceOperations;

  private constructor(endpoint: Endpoint, device: DeviceOperations) {
    this.endpoint = endpoint;
    this.#device = device;
  }

  /** Reaches the first of the databases that answers. */
  static async open(
    hosts: readonly Endpoint[],
    options: GiopConnectionOptions,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions,
  ): Promise<TangoDatabase> {
    const device = `the database ${hosts.map(hostText).join(', ')}`;
    try {
      const [connection, endpoint] = await openAny(hosts, options, { timeoutMs, signal });
      const { objectKey } = namedObject(endpoint, 'database');
      const object = new RemoteObject(
        `the database ${hostText(endpoint)}`,
        connection,
        objectKey,
        options,
      );
      return new TangoDatabase(endpoint, new DeviceOperations(object));
    } catch (error) {
      throw callError({ device, what: 'a connection', isRepeatable: true, timeoutMs }, error);
    }
  }

  async import(device: string, options: CallOptions): Promise<ImportedDevice> {
    const answer = await this.#ask('DbImportDevice', textType, device, options);
    const [numbers, texts] = Array.isArray(answer) ? (answer as unknown[]) : [];
    if (!Array.isArray(numbers) || !isTexts(texts)) throw this.#foreign('DbImportDevice');
    const [name = device, ior = '', , server = '', host = '', deviceClass = ''] = texts;
    return { name, isExported: numbers[0] === 1, ior, server, host, class: deviceClass };
  }

  /** The device that an alias stands for. */
  deviceOfAlias(alias: string, options: CallOptions): Promise<string> {
    return this.#text('DbGetAliasDevice', alias, options);
  }

  /** The alias of a device. */
  aliasOfDevice(device: string, options: CallOptions): Promise<string> {
    return this.#text('DbGetDeviceAlias', device, options);
  }

  /** The devices that run and whose names match, `*` standing for any text. */
  exportedDevices(pattern: string, options: CallOptions): Promise<readonly string[]> {
    return this.#texts('DbGetDeviceExportedList', textType, pattern, options);
  }

  /** The values of a device's property; none when it is not set. */
  deviceProperty(
    device: string,
    property: string,
    options: CallOptions,
  ): Promise<readonly string[]> {
    return this.#property('DbGetDeviceProperty', device, property, options);
  }

  /** The values of a property of the control system itself; none when it is not set. */
  property(object: string, property: string, options: CallOptions): Promise<readonly string[]> {
    return this.#property('DbGetProperty', object, property, options);
  }

  /** The devices that offer a service, such as `AccessControl`. */
  async devicesOfService(service: string, options: CallOptions): Promise<readonly string[]> {
    const services = await this.property('CtrlSystem', 'Services', options);
    const prefix = `${service.toLowerCase()}/`;
    return services
      .filter((entry) => entry.toLowerCase().startsWith(prefix))
      .map((entry) => entry.slice(entry.indexOf(':') + 1));
  }

  close(): void {
    this.#device.object.connection.close();
  }

  /** An object's name, how many properties, then each property's name, how many values, and those. */
  async #property(
    command: string,
    object: string,
    property: string,
    options: CallOptions,
  ): Promise<readonly string[]> {
    const texts = await this.#texts(command, textsType, [object, property], options);
    const count = Number(texts[3]);
    return count > 0 ? texts.slice(4, 4 + count) : [];
  }

  async #text(command: string, argument: string, options: CallOptions): Promise<string> {
    const answer = await this.#ask(command, textType, argument, options);
    if (typeof answer !== 'string') throw this.#foreign(command);
    return answer;
  }

  async #texts(
    command: string,
    type: number,
    argument: unknown,
    options: CallOptions,
  ): Promise<readonly string[]> {
    const answer = await this.#ask(command, type, argument, options);
    if (!isTexts(answer)) throw this.#foreign(command);
    return answer;
  }

  #ask(command: string, type: number, argument: unknown, options: CallOptions): Promise<unknown> {
    return this.#device.command(command, commandArgument(type, argument), true, options);
  }

  #foreign(command: string): RunstateError {
    return new RunstateError(
      'DEVICE_PROTOCOL',
      [this.#device.object.name, `its answer to ${command} is of another type`],
      { cause: new CdrError(command) },
    );
  }
}
