import type { z } from 'zod';
import { RunstateError } from '../kernel/errors.ts';
import type { FieldProblem } from '../kernel/errors.ts';
import { copyStorable, joinPath } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import { inWords, problemsOf } from './field-problems.ts';
import { openView } from './problem-view.ts';
import {
  exampleInterface,
  findSchema,
  skaRequestSchemas,
  versionMissing,
} from './request-schemas.ts';
import type { RequestOf, RequestSchema } from './request-schemas.ts';
import { parseInterface } from './request-version.ts';
import { isObject } from './secret-fields.ts';
import { showValue } from './show-value.ts';
import { putBack, unknownKeys } from './unknown-keys.ts';

/** What becomes of fields that a request's schema does not name. */
export const Strictness = {
  /** They are kept. */
  PERMISSIVE: 0,
  /** They are kept, and told to `onWarning`. */
  WARNING: 1,
  /** They are refused. */
  STRICT: 2,
} as const;
export type Strictness = (typeof Strictness)[keyof typeof Strictness];

/** A {@link Strictness} by its word. */
export type StrictnessWord = 'permissive' | 'warning' | 'strict';

/** How a request is looked at. */
export interface RequestOptions<TSchemas extends readonly RequestSchema[]> {
  /** @defaultValue `'permissive'` */
  readonly strictness?: Strictness | StrictnessWord;
  /**
   * The requests that are known; of several that hold for a version the first is taken. A facility's
   * own stand beside the SKA's with `[...skaRequestSchemas, own]`.
   *
   * @defaultValue {@link skaRequestSchemas}
   */
  readonly schemas?: TSchemas;
  /** Is told of each field that the schema does not name, when `strictness` is `warning`. */
  onWarning?(problem: FieldProblem): void;
}

const strictnessOf: ReadonlyMap<unknown, Strictness> = new Map<unknown, Strictness>([
  ...Object.values(Strictness).map((value) => [value, value] as const),
  ...Object.entries(Strictness).map(([word, value]) => [word.toLowerCase(), value] as const),
]);

/**
 * Checks a request by the schema of its version, which its `interface` names, and gives a copy with the
 * defaults filled in. What was given is not changed.
 *
 * @param request the request as an object, or as JSON text
 * @example
 * ```ts
 * const request = validateRequest(text, { strictness: 'strict' });
 * request.pst.scan.coordinates.equinox; // 2000, where the request names none
 * ```
 * @throws {@link RunstateError} `INVALID_REQUEST`: `fields` names every bad field, with its value and
 * what was expected; `INVALID_OPTION`
 */
export function validateRequest<
  const TSchemas extends readonly RequestSchema[] = typeof skaRequestSchemas,
>(request: unknown, options: RequestOptions<TSchemas> = {}): RequestOf<TSchemas> {
  const { schemas = skaRequestSchemas } = options;
  const strictness = strictnessOf.get(options.strictness ?? Strictness.PERMISSIVE);
  if (strictness === undefined) {
    const expected = 'permissive (0), warning (1) or strict (2)';
    throw new RunstateError('INVALID_OPTION', [
      'strictness',
      expected,
      showValue(options.strictness),
    ]);
  }
  const given = readRequest(request);
  const { schema } = schemaFor(given, schemas);
  const parsed = parse(schema, given);
  const unknown = unknownKeys(schema, given);
  const unnamed = unknown.map(({ path, value }) =>
    openView.problem([], path, 'is no field that is known here', value),
  );
  const wrong = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, openView));
  const fields = strictness === Strictness.STRICT ? [...wrong, ...unnamed] : wrong;
  if (fields.length > 0 || !parsed.success) {
    throw refusal(`Validation of the request failed: ${inWords(fields)}.`, fields, parsed.error);
  }
  if (strictness === Strictness.WARNING) {
    for (const problem of unnamed) options.onWarning?.(problem);
  }
  putBack(parsed.data, unknown);
  return parsed.data as RequestOf<TSchemas>;
}

/** A schema that does not work is a mistake of who gave it, not of the request. */
function parse(schema: z.ZodType, given: unknown): z.ZodSafeParseResult<unknown> {
  try {
    return schema.safeParse(given, { reportInput: true });
  } catch (error) {
    const expected = 'schemas that give an answer at once for any value';
    throw new RunstateError('INVALID_OPTION', ['schemas', expected, messageOf(error)], {
      cause: error,
    });
  }
}

const refusal = (
  message: string,
  fields: readonly FieldProblem[],
  cause?: unknown,
): RunstateError =>
  new RunstateError('INVALID_REQUEST', [message], {
    fields,
    ...(cause === undefined ? {} : { cause }),
  });

/** A private copy of the request, as JSON has it. */
function readRequest(request: unknown): Readonly<Record<string, unknown>> {
  const copied = copyStorable(typeof request === 'string' ? parseJson(request) : request);
  if (copied.problem !== null) {
    const { path, what } = copied.problem;
    throw wrongAt(path, `is ${what}, which JSON does not have`);
  }
  if (isObject(copied.copy)) return copied.copy;
  throw wrongAt('', `must be an object, got ${showValue(copied.copy)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongAt('', `is no JSON text: ${messageOf(error)}`, error);
  }
}

function wrongAt(path: string, message: string, cause?: unknown): RunstateError {
  const what = path === '' ? 'it' : `\`${path}\``;
  return refusal(
    `Validation of the request failed: ${what} ${message}`,
    [{ path, message }],
    cause,
  );
}

function schemaFor(
  given: Readonly<Record<string, unknown>>,
  schemas: readonly RequestSchema[],
): RequestSchema {
  const { interface: uri } = given;
  const name = typeof uri === 'string' ? parseInterface(uri) : null;
  const path = joinPath(['interface']);
  if (name === null) {
    const got = uri === undefined ? '' : `, got ${showValue(uri)}`;
    const message = `must be a text that ends with a version, such as "${exampleInterface(schemas)}"${got}`;
    throw refusal(versionMissing(schemas), [{ path, message }]);
  }
  const { found, problem } = findSchema(schemas, name);
  if (found !== null) return found;
  throw refusal(problem, [{ path, message: `${problem}, got ${showValue(uri)}` }]);
}
