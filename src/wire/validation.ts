import { z } from 'zod';
import { RunstateError } from '../kernel/errors.ts';
import { copyStorable, joinPath } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import { inWords, problemsOf } from './field-problems.ts';
import type { DefinedPlugin } from './plugin.ts';
import { closedView, hidingView, openView } from './problem-view.ts';
import type { ProblemView } from './problem-view.ts';
import { hasSecrets, partAt, secretPaths, secretWord } from './secret-fields.ts';

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
    const view = viewOf(plugin, what, value);
    const text = view.text(`its schema threw: ${messageOf(error)}`) + end(plugin);
    throw new RunstateError(code, [plugin.name, text], causeOf(view, error));
  }
}

function check(plugin: DefinedPlugin, what: Checked, value: unknown): unknown {
  const parsed = parse(plugin, what, value);
  if (parsed.success) return parsed.data;
  const { code, wayOut: end } = checked[what];
  const view = viewOf(plugin, what, value);
  const fields = parsed.error.issues.flatMap((issue) => problemsOf(issue, view));
  throw new RunstateError(code, [plugin.name, inWords(fields) + end(plugin)], {
    fields,
    ...causeOf(view, parsed.error),
  });
}

/** An output may repeat what is secret in the input, in whatever form. */
function viewOf(plugin: DefinedPlugin, what: Checked, value: unknown): ProblemView {
  if (!hasSecrets(plugin.input)) return openView;
  return what === 'input' ? closedView(plugin.input, value) : hidingView;
}

/** What zod throws holds the values. */
const causeOf = (view: ProblemView, cause: unknown): { readonly cause?: unknown } =>
  view === openView ? { cause } : {};

/** Refuses what was read where only the redacted input was kept. */
function assertNotRedacted(plugin: DefinedPlugin, input: unknown): void {
  const fields = secretPaths(plugin.input, input)
    .filter((path) => partAt(input, path) === secretWord)
    .map((path) => ({
      path: joinPath(path),
      message: `holds ${secretWord} in place of a secret that was not kept: give the secret`,
    }));
  if (fields.length === 0) return;
  const text = inWords(fields) + wayOut(plugin);
  throw new RunstateError('INVALID_INPUT', [plugin.name, text], { fields });
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
 * Whether the plugin's schema takes a value as it is.
 *
 * @throws {@link RunstateError} `PLUGIN_INVALID` for a schema with asynchronous parts
 */
export function takesInput(plugin: DefinedPlugin, value: unknown): boolean {
  try {
    return parse(plugin, 'input', value).success;
  } catch (error) {
    if (error instanceof RunstateError && error.code === 'INVALID_INPUT') return false;
    throw error;
  }
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
  const kept = assertStorable(input, 'input');
  if (hasSecrets(plugin.input)) assertNotRedacted(plugin, kept);
  return check(plugin, 'input', kept);
}

/**
 * Checks what `process` returned, and copies it so that it can be stored.
 *
 * @throws {@link RunstateError} `INVALID_OUTPUT` with `fields`; `NOT_STORABLE` with the place
 */
export function parseOutput(plugin: DefinedPlugin, output: unknown): unknown {
  return assertStorable(check(plugin, 'output', output), 'output');
}
