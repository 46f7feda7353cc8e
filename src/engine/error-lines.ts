import type { ErrorCause, TaskError } from '../kernel/task-error.ts';

/** The frames of a stack, without the message that stands above them. */
const framesOf = (stack: string | undefined): readonly string[] =>
  stack === undefined ? [] : stack.split('\n').filter((line) => /^\s+at /.test(line));

const causeLines = (cause: ErrorCause | null): readonly string[] =>
  cause === null
    ? []
    : [
        `caused by ${cause.name}${cause.code === undefined ? '' : ` ${cause.code}`}: ${cause.message}`,
        ...framesOf(cause.stack),
        ...causeLines(cause.cause),
      ];

/**
 * An error as lines for people, as dahu lists it: the message, what kind it is and where it arose,
 * its frames, then its causes with theirs.
 */
export const errorLines = (error: TaskError): readonly string[] => [
  error.message,
  `<${error.code}> in ${error.phase}, attempt ${error.attempt}`,
  ...framesOf(error.stack),
  ...causeLines(error.cause),
];
