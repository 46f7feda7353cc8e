import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { askAccessRight } from '../access/access-right.ts';
import type { AccessRight } from '../access/access-right.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import { namedObject, parseIor } from '../database/ior.ts';
import type { ObjectAddress } from '../database/ior.ts';
import { TangoDatabase } from '../database/tango-database.ts';
import type { ImportedDevice } from '../database/tango-database.ts';
import { formatTangoName } from '../database/tango-name.ts';
import type { TangoName } from '../database/tango-name.ts';
import type { CallFailure } from '../giop/call-failure.ts';
import type { TangoSettings } from '../tango-driver.ts';
import { callError } from './call-error.ts';
import { CommandCaller } from './command-caller.ts';
import { DeviceOperations } from './device-operations.ts';
import { keepAlive } from './keep-alive.ts';
import { defaultTimeoutMs, openAny, RemoteObject } from './remote-object.ts';
import type { ReachedDevice } from './tango-link.ts';

const unreachable = (device: string, why: string, cause?: Error): RunstateError =>
  new RunstateError('DEVICE_UNREACHABLE', [device, why], cause ? { cause } : {});

const addressOf = (device: string, imported: ImportedDevice): ObjectAddress => {
  if (!imported.isExported) {
    throw unreachable(device, `its server (${imported.server}) does not run, says the database`);
  }
  try {
    return parseIor(imported.ior);
  } catch (error) {
    if (!(error instanceof CdrError)) throw error;
    throw unreachable(device, `the database has no address of it (${error.message})`, error);
  }
};

const withDatabase = async <T>(
  { hosts }: TangoName,
  settings: TangoSettings,
  options: CallOptions,
  use: (database: TangoDatabase) => Promise<T>,
): Promise<T> => {
  const database = await TangoDatabase.open(hosts, settings, options);
  try {
    return await use(database);
  } finally {
    database.close();
  }
};

/** Opens a connection to an object and lets go of it again should `use` fail. */
const openObject = async (
  name: string,
  address: ObjectAddress,
  settings: TangoSettings,
  { timeoutMs = defaultTimeoutMs, signal }: CallOptions,
): Promise<RemoteObject> => {
  try {
    const [connection] = await openAny(address.endpoints, settings, { timeoutMs, signal });
    return new RemoteObject(name, connection, address.objectKey, settings);
  } catch (error) {
    throw callError({ device: name, what: 'a connection', isRepeatable: true, timeoutMs }, error);
  }
};

/** Asks the control system's access control; without such a service everything is allowed. */
const askService = (
  name: TangoName,
  device: string,
  deviceClass: string,
  settings: TangoSettings,
  options: CallOptions,
): Promise<AccessRight> =>
  withDatabase(name, settings, options, async (database): Promise<AccessRight> => {
    const [service] = await database.devicesOfService('AccessControl', options);
    if (service === undefined) return { type: 'write' };
    const address = addressOf(service, await database.import(service, options));
    const object = await openObject(service, address, settings, options);
    try {
      return await askAccessRight(new DeviceOperations(object), device, deviceClass, options);
    } finally {
      object.connection.close();
    }
  });

/** A service that cannot be asked allows no more than reading, as with cppTango. */
const askRight = async (...args: Parameters<typeof askService>): Promise<AccessRight> => {
  try {
    return await askService(...args);
  } catch (error) {
    return { type: 'unknown', cause: error instanceof Error ? error : new Error(String(error)) };
  }
};

interface Found {
  readonly path: string;
  readonly address: ObjectAddress;
  readonly class: string;
}

const find = (name: TangoName, settings: TangoSettings, options: CallOptions): Promise<Found> => {
  const [endpoint] = name.hosts;
  if (!name.hasDatabase && endpoint) {
    const address = namedObject(endpoint, name.path);
    return Promise.resolve({ path: name.path, address, class: '' });
  }
  return withDatabase(name, settings, options, async (database) => {
    const path = name.isAlias
      ? (await database.deviceOfAlias(name.path, options)).toLowerCase()
      : name.path;
    const imported = await database.import(path, options);
    return { path, address: addressOf(formatTangoName(name), imported), class: imported.class };
  });
};

/** Keeps the right that was told; asks again as long as nobody could tell it. */
const keepRight = (
  ask: (options: CallOptions) => Promise<AccessRight>,
): ((options: CallOptions) => Promise<AccessRight>) => {
  let known: Promise<AccessRight> | undefined;
  return async (options) => {
    const asking = (known ??= ask(options));
    try {
      const right = await asking;
      if (right.type === 'unknown' && known === asking) known = undefined;
      return right;
    } catch (error) {
      if (known === asking) known = undefined;
      throw error;
    }
  };
};

/** Why a link ended; null when it was closed here. */
const lossOf = (name: string, failure: CallFailure | null): Error | null => {
  if (failure?.kind === 'protocol') {
    return new RunstateError('DEVICE_PROTOCOL', [name, failure.message], { cause: failure });
  }
  return failure && unreachable(name, failure.message, failure);
};

/** Finds a device, opens a connection to it and asks it for a sign of life. */
export const reachDevice = async (
  name: TangoName,
  settings: TangoSettings,
  options: CallOptions,
): Promise<ReachedDevice> => {
  const canonical = formatTangoName(name);
  const found = await find(name, settings, options);
  const object = await openObject(canonical, found.address, settings, options);
  const closed = object.closed.then((failure) => lossOf(canonical, failure));
  const operations = new DeviceOperations(object);
  const right = keepRight((callOptions) =>
    name.hasDatabase && !settings.superTango
      ? askRight(name, found.path, found.class, settings, callOptions)
      : Promise.resolve({ type: 'write' }),
  );
  try {
    await Promise.all([operations.ping(options), right(options)]);
  } catch (error) {
    object.connection.close();
    throw error;
  }
  const stop = keepAlive(
    () => object.connection,
    () => operations.ping({ timeoutMs: settings.keepAliveMs }),
    { clock: settings.clock, everyMs: settings.keepAliveMs },
  );
  void closed.then(stop);
  let admin: Promise<CommandCaller> | undefined;
  return {
    name: canonical,
    path: found.path,
    operations,
    right,
    closed,
    close: () => object.connection.close(),
    events: settings.openEvents,
    admin: (callOptions) => {
      const opening = (admin ??= openAdmin(name, operations, settings, callOptions));
      opening.catch(() => (admin = undefined));
      return opening;
    },
  };
};

/** The administrator lives in the device's own server, so it is reached through the same connection. */
const openAdmin = async (
  name: TangoName,
  operations: DeviceOperations,
  settings: TangoSettings,
  options: CallOptions,
): Promise<CommandCaller> => {
  const adminName = await operations.adminName(options);
  const objectKey = name.hasDatabase
    ? await withDatabase(name, settings, options, async (database) => {
        return addressOf(adminName, await database.import(adminName, options)).objectKey;
      })
    : Buffer.from(adminName.toLowerCase(), 'latin1');
  return new CommandCaller(new DeviceOperations(operations.object.sibling(adminName, objectKey)));
};
