import { networkInterfaces, userInfo } from 'node:os';

import { DevFailed } from '../../../kernel/device-errors.ts';
import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { DeviceOperations } from '../device/device-operations.ts';
import { commandArgument } from '../values/command-argument.ts';

/** What a client may do to a device. */
export type AccessRight =
  | { readonly type: 'write' }
  /** Nobody could be asked, so nothing but reading is allowed. */
  | { readonly type: 'unknown'; readonly cause: Error }
  /** Only reading, and the commands that the device's class allows to everybody, in lower case. */
  | { readonly type: 'read'; readonly commands: ReadonlySet<string> };

const textType = 8;
const textsType = 16;

/** This host's addresses as the control service knows hosts: IPv4, the loopback one for want of others. */
const ownAddresses = (): readonly string[] => {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return found.length > 0 ? found : ['127.0.0.1'];
};

const isCommandNotFound = (error: unknown): boolean =>
  error instanceof DevFailed && error.errors.some(({ reason }) => reason === 'API_CommandNotFound');

/** Asks the service what the user of this process may do to a device. */
const askRight = async (
  service: DeviceOperations,
  device: string,
  options: CallOptions,
): Promise<unknown> => {
  const ask = (command: string, texts: readonly string[]): Promise<unknown> =>
    service.command(command, commandArgument(textsType, texts), true, options);
  const user = userInfo().username.toLowerCase();
  const addresses = ownAddresses();
  try {
    return await ask('GetAccessForMultiIP', [user, device, ...addresses]);
  } catch (error) {
    if (!isCommandNotFound(error)) throw error;
    return ask('GetAccess', [user, addresses[0] ?? '127.0.0.1', device]);
  }
};

const askCommands = async (
  service: DeviceOperations,
  deviceClass: string,
  options: CallOptions,
): Promise<ReadonlySet<string>> => {
  try {
    const argument = commandArgument(textType, deviceClass);
    const answer = await service.command('GetAllowedCommands', argument, true, options);
    return new Set(Array.isArray(answer) ? answer.map((name) => String(name).toLowerCase()) : []);
  } catch (error) {
    // As in cppTango, a class of which nothing is known allows nothing.
    if (error instanceof DevFailed) return new Set();
    throw error;
  }
};

/** What the access control service of a control system allows; it is asked by name, user and host. */
export const askAccessRight = async (
  service: DeviceOperations,
  device: string,
  deviceClass: string,
  options: CallOptions,
): Promise<AccessRight> =>
  (await askRight(service, device, options)) === 'write'
    ? { type: 'write' }
    : { type: 'read', commands: await askCommands(service, deviceClass, options) };

/**
 * Refuses what the right does not cover, before anything is sent.
 *
 * @throws {@link DevFailed} `API_ReadOnlyMode`
 */
export const assertAllowed = (
  right: AccessRight,
  device: string,
  deed: { readonly command: string } | { readonly attribute: string },
): void => {
  if (right.type === 'write') return;
  const isCommand = 'command' in deed;
  if (isCommand && right.type === 'read' && right.commands.has(deed.command.toLowerCase())) return;
  const what = isCommand ? `Command ${deed.command}` : `Writing attribute ${deed.attribute}`;
  const why =
    right.type === 'unknown'
      ? `, because the access control service did not answer (${right.cause.message})`
      : '';
  throw new DevFailed(
    [
      {
        reason: 'API_ReadOnlyMode',
        severity: 'ERR',
        description: `${what} on device ${device} is not authorized${why}`,
        origin: 'runstate',
      },
    ],
    right.type === 'unknown' ? { cause: right.cause } : {},
  );
};
