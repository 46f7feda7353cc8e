import { RunstateError } from '../kernel/errors.ts';
import type { LrcProtocol } from './lrc-updates.ts';

const oldest = 1;
const newest = 2;

/**
 * The highest version of the protocol that a device and we have in common, from its attribute
 * `lrcProtocolVersions`, which holds the oldest and the newest that it speaks.
 *
 * @throws {@link RunstateError} `LRC_PROTOCOL_UNKNOWN`
 */
export function chooseProtocol(device: string, value: unknown): LrcProtocol {
  const told = Array.isArray(value) || ArrayBuffer.isView(value) ? [...(value as never)] : [value];
  const versions = told
    .filter((each: unknown) => ['number', 'bigint', 'string'].includes(typeof each))
    .map(Number)
    .filter((each) => Number.isInteger(each) && each > 0);
  if (versions.length === 0) return oldest;
  const chosen = Math.min(Math.max(...versions), newest);
  if (Math.min(...versions) > chosen) {
    throw new RunstateError('LRC_PROTOCOL_UNKNOWN', [device, versions.join(', ')]);
  }
  return chosen === newest ? newest : oldest;
}
