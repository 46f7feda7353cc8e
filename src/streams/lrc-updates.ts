import type { LrcTaskStatus } from '../kernel/task-state.ts';
import { parsePercent, parseResult, parseTaskStatus, parseText } from './lrc-words.ts';

/** The versions of the protocol that are known here. */
export type LrcProtocol = 1 | 2;

/** The attributes that tell of commands, by version of the protocol. */
export const lrcAttributes = {
  1: ['longRunningCommandStatus', 'longRunningCommandProgress', 'longRunningCommandResult'],
  2: ['_lrcEvent'],
} as const satisfies Record<LrcProtocol, readonly string[]>;

/** What a device told of one command. */
export interface LrcUpdate {
  readonly status?: LrcTaskStatus;
  readonly percent?: number;
  /** There when the device gave one, be it null. */
  readonly result?: unknown;
}

/** Takes what a device told of the commands that are wanted. */
export interface LrcUpdateSink {
  /** Whether anyone wants to know of a command; what nobody wants is not parsed. */
  wants(id: string): boolean;
  take(id: string, update: LrcUpdate): void;
  /** Something was told that cannot be understood. */
  misunderstood(id: string, attribute: string, told: unknown): void;
}

/** The strings of a spectrum; an empty one is null from some servers, and a scalar from others. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.filter((each: unknown) => typeof each === 'string');
}

type Parse = (text: string) => LrcUpdate | null;

const parseStatusText: Parse = (text) => {
  const status = parseTaskStatus(text);
  return status === null ? null : { status };
};

const parsePercentText: Parse = (text) => {
  const percent = parsePercent(text);
  return percent === null ? null : { percent };
};

const parseResultText: Parse = (text) => ({ result: parseText(text) });

interface Told {
  readonly status?: unknown;
  readonly progress?: unknown;
  readonly result?: unknown;
}

/** One event of version 2; what of it is unknown is left out, and the rest is kept. */
const parseEventText: Parse = (text) => {
  const told = parseText(text);
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return null;
  const { status: toldStatus, progress, result } = told as Told;
  const status = parseTaskStatus(toldStatus);
  const percent = parsePercent(progress);
  const hasResult = 'result' in told;
  if (status === null && percent === null && !hasResult) return null;
  return {
    ...(status !== null && { status }),
    ...(percent !== null && { percent }),
    ...(hasResult && { result: parseResult(result) }),
  };
};

const parsers: ReadonlyMap<string, Parse> = new Map([
  ['longrunningcommandstatus', parseStatusText],
  ['longrunningcommandprogress', parsePercentText],
  ['longrunningcommandresult', parseResultText],
  ['_lrcevent', parseEventText],
]);

/** Hands what a value of one of {@link lrcAttributes} tells of commands to a sink, in its order. */
export function readUpdates(attribute: string, value: unknown, sink: LrcUpdateSink): void {
  const parse = parsers.get(attribute.toLowerCase());
  if (parse === undefined || !Array.isArray(value)) return;
  const told: readonly unknown[] = value;
  for (let at = 0; at + 1 < told.length; at += 2) {
    const id = told[at];
    if (typeof id !== 'string' || id === '' || !sink.wants(id)) continue;
    const text = told[at + 1];
    const update = typeof text === 'string' ? parse(text) : null;
    if (update === null) sink.misunderstood(id, attribute, text);
    else sink.take(id, update);
  }
}
