import type { FieldProblem } from '../kernel/errors.ts';
import { joinPath } from '../kernel/json.ts';
import { scrubOf } from './scrub.ts';
import { leadsTo, partAt, replaceParts, secretPaths, secretWord } from './secret-fields.ts';
import { showValue } from './show-value.ts';

export type Path = readonly PropertyKey[];

/** How much of a value its problems may show. */
export interface ProblemView {
  /** The problem of one field; its path is told from `at` on. */
  problem(at: Path, path: Path, message: string, value: unknown): FieldProblem;
  /** What code of the plugin's said about the value. */
  text(text: string): string;
}

const shown = (path: Path, message: string, value: unknown): FieldProblem => ({
  path: joinPath(path),
  message: value === undefined ? message : `${message}, got ${showValue(value)}`,
});

/** Shows each bad field's value. */
export const openView: ProblemView = {
  problem: (_, path, message, value) => shown(path, message, value),
  text: (text) => text,
};

/** Shows no values. */
export const hidingView: ProblemView = {
  problem: (_, path, message) => shown(path, message, undefined),
  text: () => 'what it threw is not shown, because it may hold a secret',
};

/** Shows the values of an input, its secrets redacted. */
export function closedView(schema: Parameters<typeof secretPaths>[0], input: unknown): ProblemView {
  const paths = secretPaths(schema, input);
  const redacted = replaceParts(input, paths, () => secretWord);
  const scrub = scrubOf(paths.map((path) => partAt(input, path)));
  const text = (given: string): string => scrub?.text(given) ?? given;
  return {
    problem(at, path, message) {
      const whole = [...at, ...path];
      const hidden = paths.find((secret) => leadsTo(secret, whole));
      if (hidden !== undefined) {
        // Which part of a secret is wrong may tell of it too.
        return shown(hidden.slice(at.length), text(message), undefined);
      }
      return shown(path, text(message), partAt(redacted, whole));
    },
    text,
  };
}
