import { z } from 'zod';
import { isDevice } from '../kernel/device-proxy.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { isRequires } from './condition.ts';
import type { Requirement } from './condition.ts';
import type { ActionFunction } from './job.ts';
import type { JobDocument, StepDocument } from './job-document.ts';
import { pathOfStep } from './job-plan.ts';
import { isDefinedPlugin } from './plugin.ts';
import type { DefinedPlugin } from './plugin.ts';
import { isPluginClass } from './plugin-class.ts';
import type { PluginClass } from './plugin-class.ts';
import { showValue } from './show-value.ts';

/** A job's document nests so deep; what is deeper stands in its `parts`. */
const deepestNesting = 100;
/** A job that holds itself would never end. */
const deepestJob = 10_000;
const mostSteps = 1_000_000;

const text = z.string('must be a text');
const filled = text.min(1, 'must not be empty');
const positiveMs = z.number('must be a number of milliseconds').positive('must be more than 0');
const options = z.record(z.string(), z.unknown(), 'must be an object');
const base = {
  name: text.optional(),
  requires: z.array(filled, 'must be a list of names of conditions').optional(),
};
const composite = {
  ...base,
  steps: z.array(z.unknown(), 'must be a list of steps'),
  onFailure: z.enum(['cancel', 'finish'], "must be 'cancel' or 'finish'").optional(),
  timeoutMs: positiveMs.optional(),
};

/** The fields of each type of step; what `steps` holds is looked at one by one. */
const schemas = {
  sequential: z.strictObject({ type: z.literal('sequential'), ...composite }),
  parallel: z.strictObject({
    type: z.literal('parallel'),
    ...composite,
    limit: z.int('must be a whole number').min(1, 'must be 1 or more').optional(),
  }),
  command: z.strictObject({
    type: z.literal('command'),
    ...base,
    device: filled,
    command: filled,
    args: z.unknown().optional(),
    options: options.optional(),
  }),
  action: z.strictObject({
    type: z.literal('action'),
    ...base,
    action: filled.nullable(),
    args: z.unknown().optional(),
    effect: z
      .enum(['idempotent', 'resumable', 'unsafe'], "must be 'idempotent', 'resumable' or 'unsafe'")
      .optional(),
    timeoutMs: positiveMs.optional(),
  }),
  task: z.strictObject({
    type: z.literal('task'),
    ...base,
    plugin: filled,
    input: z.unknown().optional(),
    options: options.optional(),
  }),
  noop: z.strictObject({ type: z.literal('noop'), ...base }),
  part: z.strictObject({ type: z.literal('part'), part: z.int().min(0) }),
} as const satisfies Record<StepDocument['type'], z.ZodType>;

const types = Object.keys(schemas).filter((type) => type !== 'part');

const isType = (type: unknown): type is StepDocument['type'] =>
  typeof type === 'string' && Object.hasOwn(schemas, type);

function refuse(path: string, field: string, problem: string): never {
  const place = [path, field].filter((part) => part !== '').join('.');
  throw new RunstateError('JOB_INVALID', [place === '' ? 'job' : place, problem], {
    fields: [{ path: place, message: problem }],
  });
}

/** The step as its schema has it, its own steps left as they were given. */
function readStep(path: string, given: unknown): StepDocument {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(path, '', `must be a step, got ${showValue(given)}`);
  }
  const { type }: { readonly type?: unknown } = given;
  if (!isType(type)) {
    return refuse(path, 'type', `must be one of ${types.join(', ')}, got ${showValue(type)}`);
  }
  const read = schemas[type].safeParse(given);
  if (read.success) return read.data as StepDocument;
  const [issue] = read.error.issues;
  if (issue === undefined) return refuse(path, '', 'is no step');
  if (issue.code === 'unrecognized_keys') {
    return refuse(path, issue.keys[0] ?? '', `is no field of a step of type \`${type}\``);
  }
  const [field = '', ...rest] = issue.path.map(String);
  const value = (given as Readonly<Record<string, unknown>>)[field];
  return refuse(path, [field, ...rest].join('.'), `${issue.message}, got ${showValue(value)}`);
}

/** What stands in a job for the name of something. */
export interface JobReferences {
  /** Actions without a name, by the path of their step. */
  readonly actions: Map<string, ActionFunction>;
}

/** Where what stands in a job for its name is made known by it. */
export interface JobNames {
  /** The name that a plugin is registered by. */
  plugin(plugin: DefinedPlugin | PluginClass): string;
  /** The name that a device is found by. */
  device(device: DeviceProxy): string;
  /** The names of conditions. */
  conditions(requires: readonly Requirement[]): readonly string[];
}

/** A job as data, and what of it is none. */
export interface ReadJob {
  readonly document: JobDocument;
  readonly references: JobReferences;
}

/** Puts names in the place of what they name. */
function named(
  path: string,
  given: unknown,
  names: JobNames | null,
  references: JobReferences,
): unknown {
  if (typeof given !== 'object' || given === null || names === null) return given;
  const { action, plugin, device, requires } = given as Readonly<Record<string, unknown>>;
  if (isRequires(requires) && requires.some((each) => typeof each !== 'string')) {
    return named(path, { ...given, requires: names.conditions(requires) }, names, references);
  }
  if (typeof action === 'function') {
    references.actions.set(path, action as ActionFunction);
    return { ...given, action: null };
  }
  if (action === null) return refuse(path, 'action', 'must be the name of a registered action');
  if (isDefinedPlugin(plugin) || isPluginClass(plugin)) {
    return { ...given, plugin: names.plugin(plugin) };
  }
  if (isDevice(device)) return { ...given, device: names.device(device) };
  return given;
}

/** A step that is being read, and where what is read of it goes. */
interface OpenStep {
  readonly given: unknown;
  readonly path: string;
  /** How deep it stands in its part, and in all. */
  readonly depth: number;
  readonly level: number;
  readonly put: (document: StepDocument) => void;
}

/**
 * Reads a job from what was composed, or from JSON. It is walked without recursion: a job may be
 * nested deeper than calls can be.
 *
 * @throws {@link RunstateError} `JOB_INVALID`, naming the step and the field; what `names` throws
 */
export function readJob(job: unknown, names: JobNames | null): ReadJob {
  const references: JobReferences = { actions: new Map() };
  const parts: StepDocument[] = [];
  const givenParts = partsOf(job);
  let root: StepDocument | null = null;
  const open: OpenStep[] = [
    {
      given: withoutParts(job),
      path: '',
      depth: 0,
      level: 0,
      put: (document) => (root = document),
    },
  ];
  const seen = new Set<unknown>();
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, put, level } = next;
    let { depth } = next;
    count += 1;
    if (level > deepestJob) refuse('', 'steps', `is nested deeper than ${deepestJob} levels`);
    if (count > mostSteps) refuse('', 'steps', `has more than ${mostSteps} steps`);
    const document = readStep(path, named(path, next.given, names, references));
    if (document.type === 'part') {
      const given = givenParts[document.part];
      if (given === undefined || seen.has(document.part)) refuse(path, 'part', 'is not there');
      seen.add(document.part);
      open.push({ ...next, given });
      continue;
    }
    if (!('steps' in document)) {
      put(document);
      continue;
    }
    const steps: StepDocument[] = [];
    const read = { ...document, steps };
    if (depth >= deepestNesting) {
      depth = 0;
      put({ type: 'part', part: parts.length });
      parts.push(read);
    } else put(read);
    for (let at = document.steps.length - 1; at >= 0; at -= 1) {
      open.push({
        given: document.steps[at],
        path: pathOfStep(path, at),
        depth: depth + 1,
        level: level + 1,
        put: (child) => (steps[at] = child),
      });
    }
  }
  const document = root as StepDocument | null;
  if (document === null) return refuse('', '', 'is empty');
  return { document: parts.length === 0 ? document : { ...document, parts }, references };
}

function partsOf(job: unknown): readonly unknown[] {
  if (typeof job !== 'object' || job === null || !('parts' in job)) return [];
  if (!Array.isArray(job.parts)) return refuse('', 'parts', 'must be a list of steps');
  return job.parts;
}

function withoutParts(job: unknown): unknown {
  if (typeof job !== 'object' || job === null || !('parts' in job)) return job;
  const { parts: _, ...step } = job;
  return step;
}
