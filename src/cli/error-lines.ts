import { DevFailed } from '../kernel/device-errors.ts';
import type { DevError } from '../kernel/device-errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { oneLine, plainText } from './words.ts';

/** What a person can do about an error of a device, by its reason or by the error's code. */
const waysOut: Readonly<Record<string, string>> = {
  API_AttrNotFound: '`runstate device <name> info` lists its attributes',
  API_AttrNotWritable: 'it can be read only',
  API_AttributePollingNotStarted: 'give --period-ms to have it polled from here',
  API_CommandNotAllowed: 'bring the device into a state that allows it',
  API_CommandNotFound: '`runstate device <name> info` lists its commands',
  API_DeviceLocked: 'another program has locked the device; wait until it lets go',
  API_EventPropertiesNotSet: 'give --period-ms to have it polled from here',
  API_ReadOnlyMode: 'access control lets you read only; SUPER_TANGO=true overrides it',
  DEVICE_TIMEOUT: 'give it longer with --timeout-ms',
  DEVICE_UNREACHABLE: 'see that it runs, and that the address is right',
  OUTCOME_UNKNOWN: 'look at the device before you send it again',
};

const deepestCause = 8;

/** The stack of the device's exception that an error is, or comes from; empty without one. */
export function devErrorsOf(error: unknown): readonly DevError[] {
  let next = error;
  for (let depth = 0; next instanceof Error && depth < deepestCause; depth += 1) {
    if (next instanceof DevFailed) return next.errors;
    next = next.cause;
  }
  return [];
}

const levelLine = ({ severity, reason, description, origin }: DevError): string => {
  const where = origin === '' ? '' : ` (in ${oneLine(origin)})`;
  return `  ${severity} ${oneLine(reason)}: ${oneLine(description)}${where}`;
};

/**
 * What people are told of an error: its code and message, the stack of a device's exception from what
 * went wrong first to who told of it last, and a way out where one is known.
 */
export function errorLines(error: unknown, code: string | undefined): readonly string[] {
  const levels = devErrorsOf(error);
  const way = [...levels.map(({ reason }) => reason), code ?? '']
    .map((key) => (Object.hasOwn(waysOut, key) ? waysOut[key] : undefined))
    .find((text) => text !== undefined);
  return [
    `error${code === undefined ? '' : ` ${code}`}: ${plainText(messageOf(error))}`,
    ...levels.map(levelLine),
    ...(way === undefined ? [] : [`  ${way}`]),
  ];
}
