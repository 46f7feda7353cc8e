import { RunstateError } from '../../kernel/errors.ts';
import type { SimulatedJob } from './simulated-job.ts';
import type { Simulation } from './simulation.ts';

/** An attribute of a simulated device: a value, or more about it. */
export interface SimulatedAttribute {
  /** What it has at first; a function is asked at each read. */
  readonly value: unknown;
  readonly unit?: string;
  readonly description?: string;
  /** TANGO's name of its type, for people. */
  readonly type?: string;
  /** Whether it can be written; a function is called with what is written, and may throw. */
  readonly writable?: boolean | ((value: unknown, device: Simulation) => unknown);
  /** Refuses to send events, as an attribute of TANGO that is neither pushed nor polled. */
  readonly withoutEvents?: boolean;
}

/** A command that answers when it is done. */
export type SimulatedCommand = (args: unknown, device: Simulation) => unknown;

/** The work of a long-running command: what it gives is its result, what it throws its failure. */
export type LongRunningWork = (job: SimulatedJob, device: Simulation) => unknown;

/** A long-running command of a simulated device, with what goes before its work. */
export interface SimulatedLongRunning {
  readonly run: LongRunningWork;
  /** False refuses it when its turn comes; what it throws is the reason. */
  readonly isAllowed?: (device: Simulation) => boolean;
  /** It runs beside the others, as `Abort` does. */
  readonly isBeside?: boolean;
}

/** Peculiarities of real devices, which clients must bear. */
export interface SimulatedQuirks {
  /** Replies are `["2", id]`. */
  readonly codesAsText?: boolean;
  /** Results are plain texts. */
  readonly resultAsText?: boolean;
  readonly progressAsText?: boolean;
  /** The end of a command is told twice. */
  readonly endsTwice?: boolean;
  /** Commands that were refused because the queue was full are told of as STAGING for ever. */
  readonly ghosts?: boolean;
  /** Empty lists are null. */
  readonly emptyAsNull?: boolean;
}

/** A simulated device. */
export interface SimulatedDefinition {
  readonly name: string;
  /** @defaultValue `'Simulated'` */
  readonly class?: string;
  /**
   * The device's own state at first.
   *
   * @defaultValue `'ON'`
   */
  readonly state?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly commands?: Readonly<Record<string, SimulatedCommand>>;
  readonly longRunning?: Readonly<Record<string, LongRunningWork | SimulatedLongRunning>>;
  /**
   * Versions of the long-running-command protocol that it speaks; `[]` is an old device, which does
   * not say so and speaks the first.
   *
   * @defaultValue `[1, 2]`
   */
  readonly protocols?: readonly number[];
  /**
   * Commands that wait at most.
   *
   * @defaultValue `32`
   */
  readonly maxQueued?: number;
  /**
   * How long version 1 tells of a command after its end, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly keptMs?: number;
  readonly quirks?: SimulatedQuirks;
}

const refuse = (name: unknown, field: string, problem: string): never => {
  throw new RunstateError('DEVICE_INVALID', [String(name), field, problem]);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFunction = (value: unknown): boolean => typeof value === 'function';

const isWork = (value: unknown): boolean =>
  isFunction(value) || (isObject(value) && isFunction(value['run']));

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

/**
 * Checks a definition, which may come from a file.
 *
 * @throws {@link RunstateError} `DEVICE_INVALID`, naming the field
 */
export function assertDefinition(value: unknown): asserts value is SimulatedDefinition {
  if (!isObject(value)) return refuse('?', 'definition', 'must be an object');
  const { name, attributes, commands, longRunning, protocols, maxQueued } = value;
  if (typeof name !== 'string' || !/^[^\s/?#]+$/.test(name)) {
    refuse(name, 'name', 'must be a text without spaces and slashes');
  }
  const shelves = { attributes, commands, longRunning };
  for (const [field, shelf] of Object.entries(shelves)) {
    if (shelf !== undefined && !isObject(shelf)) refuse(name, field, 'must be an object');
  }
  for (const [command, code] of Object.entries(commands ?? {})) {
    if (!isFunction(code)) refuse(name, `commands.${command}`, 'must be a function');
  }
  for (const [command, work] of Object.entries(longRunning ?? {})) {
    if (!isWork(work)) refuse(name, `longRunning.${command}`, 'must be a function, or have `run`');
  }
  if (protocols !== undefined && !(Array.isArray(protocols) && protocols.every(isCount))) {
    refuse(name, 'protocols', 'must be a list of version numbers');
  }
  if (maxQueued !== undefined && !isCount(maxQueued)) {
    refuse(name, 'maxQueued', 'must be a whole number');
  }
}

/** Whether an export of a file is meant as a simulated device. */
export const looksLikeDefinition = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  ['attributes', 'commands', 'longRunning'].some((field) => isObject(value[field]));
