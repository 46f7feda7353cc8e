import { z } from 'zod';
import { RunstateError } from '../kernel/errors.ts';
import type { FieldProblem } from '../kernel/errors.ts';
import { copyStorable, joinPath } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { DefinedPlugin } from './plugin.ts';
import { showValue } from './show-value.ts';

type Issue = z.core.$ZodIssue;

const problem = (path: readonly PropertyKey[], message: string, value: unknown): FieldProblem => ({
  path: joinPath(path),
  message: value === undefined ? message : `${message}, got ${showValue(value)}`,
});

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** One issue of the schema as the fields that people can mend. */
function problemsOf(issue: Issue): readonly FieldProblem[] {
  const { path, message, input } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        problem([...path, key], 'is no field that is known here', fieldOf(input, key)),
      );
    case 'invalid_union': {
      const branches = issue.errors.map((issues) => listed(issues.flatMap(problemsOf)));
      const text = branches.length === 0 ? message : `${message}: ${branches.join(', or ')}`;
      return [problem(path, text, input)];
    }
    case 'invalid_key':
      return [problem(path, `${message}: ${listed(issue.issues.flatMap(problemsOf))}`, undefined)];
    default:
      return [problem(path, message, input)];
  }
}

const listed = (problems: readonly FieldProblem[]): string =>
  problems
    .map(({ path, message }) => (path === '' ? message : `\`${path}\`: ${message}`))
    .join('; ');

const wayOut = (plugin: DefinedPlugin): string =>
  ` (see \`runstate plugins ${plugin.name}\` for its schema)`;

const checked = {
  input: { code: 'INVALID_INPUT', wayOut },
  output: { code: 'INVALID_OUTPUT', wayOut: () => '' },
} as const;

type Checked = keyof typeof checked;

const anything = z.unknown();

/** Known by its name: the plugin's file may bring its own copy of zod. */
const isAsyncRefusal = (error: unknown): boolean =>
  error instanceof Error && error.constructor.name === '$ZodAsyncError';

/** The code that zod compiles for an object trips over a promise; the plain one says what it is. */
function isAsync(schema: z.ZodType, value: unknown): boolean {
  try {
    schema.safeParse(value, { jitless: true });
    return false;
  } catch (error) {
    return isAsyncRefusal(error);
  }
}

const notAtOnce =
  'must be a schema without asynchronous parts: do such checks in `setup` or `process`';

/** What a schema says of a value; one that throws, as a transform may, says that it is wrong. */
function parse(
  plugin: DefinedPlugin,
  what: Checked,
  value: unknown,
): z.ZodSafeParseResult<unknown> {
  const schema = plugin[what] ?? anything;
  try {
    return schema.safeParse(value, { reportInput: true });
  } catch (error) {
    if (isAsync(schema, value)) {
      throw new RunstateError('PLUGIN_INVALID', [plugin.name, what, notAtOnce], { cause: error });
    }
    const { code, wayOut: end } = checked[what];
    const text = `its schema threw: ${messageOf(error)}${end(plugin)}`;
    throw new RunstateError(code, [plugin.name, text], { cause: error });
  }
}

function check(plugin: DefinedPlugin, what: Checked, value: unknown): unknown {
  const parsed = parse(plugin, what, value);
  if (parsed.success) return parsed.data;
  const { code, wayOut: end } = checked[what];
  const fields = parsed.error.issues.flatMap(problemsOf);
  throw new RunstateError(code, [plugin.name, listed(fields) + end(plugin)], {
    fields,
    cause: parsed.error,
  });
}

/**
 * A value as JSON keeps it: a copy, so that its owner may go on using the value.
 *
 * @throws {@link RunstateError} `NOT_STORABLE`, naming the place of what JSON would lose
 */
export function assertStorable(value: unknown, root: string): unknown {
  const copied = copyStorable(value);
  if (copied.problem === null) return copied.copy;
  const { path, what } = copied.problem;
  const place = path === '' || path.startsWith('[') ? `${root}${path}` : `${root}.${path}`;
  throw new RunstateError('NOT_STORABLE', [place, what], {
    fields: [{ path, message: `is ${what}` }],
  });
}

/**
 * The input that is kept for a submission: as given, or, without one, what the plugin's schema takes
 * for nothing: an object when that lets it fill in its defaults or name the fields that are missing.
 *
 * @throws {@link RunstateError} `NOT_STORABLE`
 */
export function keepInput(plugin: DefinedPlugin, input: unknown): unknown {
  if (input !== undefined) return assertStorable(input, 'input');
  if (parse(plugin, 'input', undefined).success) return undefined;
  const asObject = parse(plugin, 'input', {});
  const namesFields = asObject.error?.issues.every(({ path }) => path.length > 0) ?? true;
  return namesFields ? {} : undefined;
}

/**
 * Parses a kept input: defaults filled in, every bad field named. What comes out shares nothing with
 * what is kept, so code that changes its input does not change that of the next attempt.
 *
 * @throws {@link RunstateError} `INVALID_INPUT` with `fields`
 */
export function parseInput(plugin: DefinedPlugin, input: unknown): unknown {
  return check(plugin, 'input', assertStorable(input, 'input'));
}

/**
 * Checks what `process` returned, and copies it so that it can be stored.
 *
 * @throws {@link RunstateError} `INVALID_OUTPUT` with `fields`; `NOT_STORABLE` with the place
 */
export function parseOutput(plugin: DefinedPlugin, output: unknown): unknown {
  return assertStorable(check(plugin, 'output', output), 'output');
}
