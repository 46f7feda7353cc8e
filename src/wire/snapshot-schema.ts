import { z } from 'zod';
import { isResourceRequest } from '../kernel/plugin-traits.ts';
import type { ResourceRequest } from '../kernel/plugin-traits.ts';
import { isRetries } from '../kernel/retry.ts';
import type { RetryOptions } from '../kernel/retry.ts';
import type { ErrorCause } from '../kernel/task-error.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { stateWords, TaskStatus } from '../kernel/task-state.ts';
import type { TaskState } from '../kernel/task-state.ts';

const text = z.string();
const id = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const count = z.int().min(0);
/** Milliseconds since the epoch. */
const moment = z.number();
const ms = z.number().min(0);
/** JSON leaves out what is undefined. */
const anything = z.unknown().default(undefined);

const actor = z.object({
  who: text,
  role: text.exactOptional(),
  via: text.exactOptional(),
  from: text.exactOptional(),
});

const request = z.object({
  by: actor.exactOptional(),
  reason: text.exactOptional(),
  at: moment,
});

const cause: z.ZodType<ErrorCause> = z.object({
  name: text,
  message: text,
  code: text.exactOptional(),
  stack: text.exactOptional(),
  get cause() {
    return z.nullable(cause);
  },
});

const error = z.object({
  code: text,
  message: text,
  phase: z.enum(['setup', 'process', 'teardown', 'abort', 'pending']),
  attempt: count,
  cause: cause.nullable(),
  stack: text.exactOptional(),
  fields: z.array(z.object({ path: text, message: text })).exactOptional(),
  isPermanent: z.boolean().exactOptional(),
});

const options = z.object({
  priority: z.number().exactOptional(),
  after: z.array(id).exactOptional(),
  resources: z.custom<ResourceRequest>(isResourceRequest, 'names no resources').exactOptional(),
  requires: z.array(text).exactOptional(),
  timeoutMs: ms.exactOptional(),
  queueTimeoutMs: ms.exactOptional(),
  deadlineMs: ms.exactOptional(),
  heartbeatTimeoutMs: ms.exactOptional(),
  teardownTimeoutMs: ms.exactOptional(),
  graceMs: ms.exactOptional(),
  retries: z.custom<number | RetryOptions>(isRetries, 'says nothing of retries').exactOptional(),
});

const task = z.object({
  id,
  plugin: text.min(1),
  input: anything,
  submittedAt: moment,
  effect: z.enum(['idempotent', 'resumable', 'unsafe']),
  options,
  name: text.exactOptional(),
  tags: z.array(text).exactOptional(),
  note: text.exactOptional(),
  by: actor.exactOptional(),
  idempotencyKey: text.exactOptional(),
  rerunOf: id.exactOptional(),
  origin: text.exactOptional(),
  isEnduring: z.boolean().exactOptional(),
  isSaved: z.boolean().exactOptional(),
});

const result = z.object({
  taskId: id,
  taskName: text,
  taskStatus: z.enum(TaskStatus),
  summary: anything,
  payload: anything,
  implSchemas: z.array(text).nullable(),
  error: error.nullable(),
  teardown: z.enum(['done', 'failed', 'skipped', 'deferred', 'none']),
  times: z.object({ submittedAt: moment, startedAt: moment.nullable(), endedAt: moment }),
  attempts: count,
});

const eventTypes: readonly unknown[] = [
  'status',
  'progress',
  'log',
  'attempt',
  'checkpoint',
  'gap',
  'alarm',
] satisfies TaskEvent['type'][];

/** What of an event is relied on; the rest is shown as it is. */
function isEvent(value: unknown): value is TaskEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, at, type } = value as { readonly [key: string]: unknown };
  return Number.isInteger(seq) && Number.isFinite(at) && eventTypes.includes(type);
}

const states = Object.keys(stateWords) as TaskState[];

const entry = z.object({
  task,
  state: z.enum(states),
  attempts: count,
  startedAt: moment.nullable(),
  result: result.nullable(),
  output: z.unknown().exactOptional(),
  checkpoint: z.unknown().exactOptional(),
  doubt: error.exactOptional(),
  hold: request.exactOptional(),
  cancel: request.exactOptional(),
  timers: z
    .object({
      delay: moment.exactOptional(),
      retry: moment.exactOptional(),
      deadline: moment.exactOptional(),
    })
    .exactOptional(),
  events: z.array(z.custom<TaskEvent>(isEvent, 'is no event of a task')),
});

/** The tasks that one engine wrote down for another. */
export const snapshotSchema = z.object({
  format: z.literal('runstate.tasks'),
  version: z.literal(1),
  engine: text.min(1),
  takenAt: moment,
  tasks: z.array(entry),
  leftOut: z.array(id),
});
