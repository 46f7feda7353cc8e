import type { z } from 'zod';
import type { FieldProblem } from '../kernel/errors.ts';
import type { Path, ProblemView } from './problem-view.ts';

type Issue = z.core.$ZodIssue;

/** Stands in a path for the key of an entry, which is no part of the value. */
const keyItself = Symbol('key');

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** One issue of the schema, of the part of a value at `at`, as the fields that people can mend. */
export function problemsOf(
  issue: Issue,
  view: ProblemView,
  at: Path = [],
): readonly FieldProblem[] {
  const { path, message, input } = issue;
  const within = [...at, ...path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        view.problem(at, [...path, key], 'is no field that is known here', fieldOf(input, key)),
      );
    case 'invalid_union': {
      const branches = issue.errors.map((issues) => listed(issues, view, within));
      const text = branches.length === 0 ? message : `${message}: ${branches.join(', or ')}`;
      return [view.problem(at, path, text, input)];
    }
    case 'invalid_key': {
      const text = `${message}: ${listed(issue.issues, view, [...within, keyItself])}`;
      return [view.problem(at, path, text, undefined)];
    }
    default:
      return [view.problem(at, path, message, input)];
  }
}

const listed = (issues: readonly Issue[], view: ProblemView, at: Path = []): string =>
  inWords(issues.flatMap((issue) => problemsOf(issue, view, at)));

/** Problems as one line of text. */
export const inWords = (problems: readonly FieldProblem[]): string =>
  problems
    .map(({ path, message }) => (path === '' ? message : `\`${path}\`: ${message}`))
    .join('; ');
