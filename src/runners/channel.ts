import type { LogLevel } from '../kernel/logger.ts';
import type { Assignment, RunnablePhase, RunnablePlugin } from '../kernel/runner.ts';
import type { Phase } from '../kernel/task-error.ts';
import type { ThrownData } from './error-data.ts';

/*
 * What the engine and a place away from it (a worker thread, a child process) say to each other, one
 * channel per attempt. All of it is plain data that the structured clone algorithm copies; errors
 * cross as `ThrownData`.
 *
 * A place does as it is told, in order, and reports; only `checkpoint` and `waitFor` are questions
 * that the engine answers.
 */

/** An attempt, without what cannot leave the engine's process. */
export interface RemoteAssignment extends Omit<Assignment, 'plugin'> {
  readonly plugin: Omit<RunnablePlugin, 'definition'> & { readonly moduleUrl: string };
}

/** What a phase or a question came to. */
export type OutcomeData =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ThrownData };

/** What the engine tells a place. */
export type ToPlace =
  | { readonly type: 'begin'; readonly assignment: RemoteAssignment }
  | { readonly type: 'run'; readonly phase: RunnablePhase }
  | { readonly type: 'abort'; readonly reason: ThrownData }
  | { readonly type: 'suspend' }
  | { readonly type: 'resume' }
  | { readonly type: 'send'; readonly event: unknown }
  | { readonly type: 'answer'; readonly to: number; readonly outcome: OutcomeData }
  | { readonly type: 'dispose' };

/** What a place reports. */
export type FromPlace =
  | { readonly type: 'settled'; readonly phase: Phase; readonly outcome: OutcomeData }
  | { readonly type: 'progress'; readonly percent: number; readonly message?: string | undefined }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields?: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly type: 'summary'; readonly value: unknown }
  | { readonly type: 'payload'; readonly value: unknown }
  | { readonly type: 'parked' }
  | {
      readonly type: 'request';
      readonly id: number;
      readonly call: 'checkpoint' | 'waitFor';
      readonly value: unknown;
    }
  /** The last words of a child whose code threw where nobody catches. */
  | { readonly type: 'crashed'; readonly error: ThrownData };

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isOneOf =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    words.includes(value as string);

const isPhase = isOneOf('setup', 'process', 'teardown', 'abort');
const isLevel = isOneOf('debug', 'info', 'warn', 'error');
const isCall = isOneOf('checkpoint', 'waitFor');

const shapes: Readonly<Record<FromPlace['type'], (message: Fields) => boolean>> = {
  settled: ({ phase, outcome }) =>
    isPhase(phase) && isObject(outcome) && typeof outcome['ok'] === 'boolean',
  progress: ({ percent }) => typeof percent === 'number',
  log: ({ level, message, fields }) =>
    isLevel(level) && typeof message === 'string' && (fields === undefined || isObject(fields)),
  summary: () => true,
  payload: () => true,
  parked: () => true,
  request: ({ id, call }) => typeof id === 'number' && isCall(call),
  crashed: ({ error }) => isObject(error),
};

/** Whether a value from a channel that plugins can reach is a report. */
export function isFromPlace(value: unknown): value is FromPlace {
  if (!isObject(value) || typeof value['type'] !== 'string') return false;
  return Object.hasOwn(shapes, value['type'])
    ? shapes[value['type'] as FromPlace['type']](value)
    : false;
}
