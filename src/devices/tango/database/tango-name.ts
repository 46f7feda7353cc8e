import { RunstateError } from '../../../kernel/errors.ts';
import type { Endpoint } from '../giop/giop-connection.ts';

/** A device's name, taken apart. */
export interface TangoName {
  /** The databases that know the device, or the one server that has it. */
  readonly hosts: readonly Endpoint[];
  /** In lower case: `domain/family/member`, or an alias. */
  readonly path: string;
  readonly isAlias: boolean;
  /** Without a database the host is the device's own server. */
  readonly hasDatabase: boolean;
}

const examples =
  ' Names of TANGO are such as "tango://host:10000/domain/family/member", "domain/family/member" or an alias, the latter two with `tangoHost`; without a database "#dbase=no" follows.';

const unknown = (name: string): RunstateError =>
  new RunstateError('DEVICE_UNKNOWN', [name, examples]);

const hostPattern = /^(\[[0-9a-f:.]+\]|[^:,/\s]+):(\d{1,5})$/i;

/** Takes `h1:p1,h2:p2` apart; undefined when it is no such list. */
export const parseTangoHost = (text: string): readonly Endpoint[] | undefined => {
  const endpoints = text.split(',').map((part): Endpoint | undefined => {
    const [, host, port] = hostPattern.exec(part.trim()) ?? [];
    const number = Number(port);
    if (host === undefined || number < 1 || number > 65_535) return undefined;
    return { host: host.toLowerCase().replace(/^\[(.+)\]$/, '$1'), port: number };
  });
  return endpoints.every((endpoint) => endpoint !== undefined) ? endpoints : undefined;
};

const withHost = /^(?:tango:)?\/\/([^/]+)\/(.+)$/i;
const devicePath = /^[^/\s]+\/[^/\s]+\/[^/\s]+$/;
const aliasPath = /^[^/\s:]+$/;

/**
 * Takes a device's name apart.
 *
 * @throws {@link RunstateError} `DEVICE_UNKNOWN` when it is none, or `tangoHost` is needed and not given
 */
export const parseTangoName = (name: string, tangoHost?: string): TangoName => {
  const [address = '', ...fragments] = name.trim().split('#');
  const fragment = fragments.join('#').toLowerCase();
  if (fragment !== '' && fragment !== 'dbase=no' && fragment !== 'dbase=yes') throw unknown(name);
  const hasDatabase = fragment !== 'dbase=no';
  const [, ownHost, ownPath] = withHost.exec(address) ?? [];
  const path = (ownPath ?? address.replace(/^tango:/i, '')).toLowerCase();
  const isAlias = aliasPath.test(path);
  const hosts = parseTangoHost(ownHost ?? tangoHost ?? '');
  const isWhole = devicePath.test(path) || (isAlias && hasDatabase);
  if (!hosts || !isWhole || (!hasDatabase && (ownHost === undefined || hosts.length > 1))) {
    throw unknown(name);
  }
  return { hosts, path, isAlias, hasDatabase };
};

/** An address as names show it. */
export const hostText = ({ host, port }: Endpoint): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The one way to write a device's name: databases of a list have the same devices, the first names them. */
export const formatTangoName = ({ hosts, path, hasDatabase }: TangoName): string => {
  const [first = { host: '', port: 0 }] = hosts;
  return `tango://${hostText(first)}/${path}${hasDatabase ? '' : '#dbase=no'}`;
};
