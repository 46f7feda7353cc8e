import { z } from 'zod';
import { joinPath } from '../kernel/json.ts';
import type { TaskError } from '../kernel/task-error.ts';
import { isTerminal, TaskStatus } from '../kernel/task-state.ts';

const format = 'runstate.future';
const version = 1;

const status = z.enum(TaskStatus);

const isError = (value: unknown): boolean =>
  value === null ||
  z.looseObject({ code: z.string(), message: z.string() }).safeParse(value).success;

/** What came out of a computation, without what stands beside it in the document. */
const outcome = z.looseObject({
  taskStatus: status.refine(isTerminal, 'must be that of a task that has ended'),
  success: z.boolean(),
  error: z.custom<TaskError | null>(isError, 'must be an error with code and message, or null'),
  traceback: z.string().nullable(),
  times: z.object({
    submittedAt: z.number(),
    startedAt: z.number().nullable(),
    endedAt: z.number(),
  }),
});

/** What of a future is saved: ChemCloud's keys in its order, then what is needed to be sure. */
const schema = z
  .object({
    format: z.literal(format),
    version: z.literal(version),
    taskIds: z.array(z.int().positive().nullable()),
    inputs: z.array(z.unknown()),
    /** The plugin's name. */
    plugin: z.string(),
    /** The engine's name: the ids are its own. */
    engine: z.string(),
    /** Null where it is not known yet, or was consumed. */
    outputs: z.array(outcome.nullable()),
    returnSingleOutput: z.boolean(),
    statuses: z.array(status),
    /** Milliseconds since the epoch. */
    submittedAt: z.array(z.number()),
    /** The places of those that have settled, in that order. */
    settled: z.array(z.int().nonnegative()),
  })
  .superRefine((future, context) => {
    const { length } = future.taskIds;
    for (const name of ['inputs', 'outputs', 'statuses', 'submittedAt'] as const) {
      if (future[name].length === length) continue;
      const message = `has ${future[name].length} entries, and \`taskIds\` has ${length}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
    if (future.returnSingleOutput && length !== 1) {
      const message = `holds for one task, and there are ${length}`;
      context.addIssue({ code: 'custom', path: ['returnSingleOutput'], message });
    }
    const places = new Set(future.settled);
    if (places.size !== future.settled.length || future.settled.some((place) => place >= length)) {
      const message = 'must name places in `taskIds`, each once';
      context.addIssue({ code: 'custom', path: ['settled'], message });
    }
    for (const [index, id] of future.taskIds.entries()) {
      if (id !== null || future.outputs[index] !== null) continue;
      const message = 'is missing, and there is no task that has it';
      context.addIssue({ code: 'custom', path: ['outputs', index], message });
    }
  });

/** A saved future. */
export type FutureDocument = z.output<typeof schema>;

/** A saved future as the text of a file. */
export const futureText = (document: Omit<FutureDocument, 'format' | 'version'>): string =>
  `${JSON.stringify({ format, version, ...document })}\n`;

const isNewer = (value: unknown): value is { version: number } =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  value.format === format &&
  'version' in value &&
  typeof value.version === 'number' &&
  value.version > version;

/**
 * Reads the text of a file that a future was saved to.
 *
 * @throws Error that says what is wrong with it
 */
export function parseFuture(text: string): FutureDocument {
  const value: unknown = JSON.parse(text);
  if (isNewer(value)) {
    throw new Error(
      `it is of version ${value.version}, written by a newer runstate; this one knows version ${version}`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`\`${joinPath(issue?.path ?? [])}\` ${issue?.message ?? 'is not valid'}`, {
    cause: parsed.error,
  });
}
