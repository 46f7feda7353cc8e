import { RunstateError } from '../kernel/errors.ts';
import { showValue } from './show-value.ts';

/** The version of an interface. */
export interface RequestVersion {
  readonly major: number;
  readonly minor: number;
}

/** What an `interface` says: `https://schema.skao.int/ska-csp-configure/2.4`, taken apart. */
export interface InterfaceName extends RequestVersion {
  /** What stands before the version: `https://schema.skao.int/ska-csp-configure`. */
  readonly base: string;
}

const versionForm = /^(\d{1,9})\.(\d{1,9})$/;

function parseVersion(text: string): RequestVersion | null {
  const [, major, minor] = versionForm.exec(text) ?? [];
  return major === undefined ? null : { major: Number(major), minor: Number(minor) };
}

/** The parts of an `interface`; null when nothing after its last `/` is a version. */
export function parseInterface(uri: string): InterfaceName | null {
  const slash = uri.lastIndexOf('/');
  const version = parseVersion(uri.slice(slash + 1));
  return slash < 1 || version === null ? null : { base: uri.slice(0, slash), ...version };
}

/**
 * The version that a schema begins or ends with.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function versionOf(option: 'from' | 'before', text: string): RequestVersion {
  const version = typeof text === 'string' ? parseVersion(text) : null;
  if (version !== null) return version;
  throw new RunstateError('INVALID_OPTION', [
    `schemas.${option}`,
    'a version such as "2.4"',
    showValue(text),
  ]);
}

/** Below zero when `a` is the older one. */
export const compareVersions = (a: RequestVersion, b: RequestVersion): number =>
  a.major - b.major || a.minor - b.minor;

export const versionText = ({ major, minor }: RequestVersion): string => `${major}.${minor}`;
