import type { DevError } from '../kernel/device-errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/task-error.ts';
import { devErrorsOf, errorLines } from './error-lines.ts';

/** The process as the command line uses it. */
export type CliProcess = Pick<
  NodeJS.Process,
  'stdin' | 'stdout' | 'stderr' | 'env' | 'on' | 'off' | 'exit'
>;

/**
 * Standard output carries results and nothing else; what people read goes to standard error. While
 * work runs, whatever else writes to standard output, such as a plugin's `console.log`, is led to
 * standard error too.
 */
export class Terminal {
  readonly #process: CliProcess;
  readonly #writeOutput: NodeJS.WriteStream['write'];

  constructor(process: CliProcess) {
    this.#process = process;
    this.#writeOutput = process.stdout.write.bind(process.stdout);
    const { stderr } = process;
    process.stdout.write = stderr.write.bind(stderr);
  }

  /** Writes a result, as text or as JSON. */
  result(text: string): void {
    this.#writeOutput(`${text}\n`);
  }

  json(value: unknown): void {
    this.result(JSON.stringify(value));
  }

  /** Says something to people. */
  say(text: string): void {
    this.#process.stderr.write(`${text}\n`);
  }

  /** Gives standard output back. */
  close(): void {
    this.#process.stdout.write = this.#writeOutput;
  }

  /** The engine's log, in words. */
  get logger(): Logger {
    const at = (level: string) => (_fields: object, message?: string) => {
      if (message !== undefined) this.say(`${level}: ${message}`);
    };
    return { debug: () => {}, info: () => {}, warn: at('warning'), error: at('error') };
  }

  /** Tells of an error; with `asJson` as the one JSON value of standard output. */
  error(error: unknown, asJson: boolean): void {
    if (asJson) this.json({ error: errorData(error) });
    for (const line of errorLines(error, codeOf(error))) this.say(line);
  }
}

/** The width that results are shown in; null where they go to no terminal and nothing is cut. */
export const widthOf = ({ stdout }: Pick<CliProcess, 'stdout'>): number | null =>
  stdout.isTTY ? stdout.columns : null;

/** An error's code, if it has one. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** An error as JSON shows it. */
export interface ErrorData {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly unknown[];
  /** The stack of a device's exception, from what went wrong first. */
  readonly errors?: readonly DevError[];
}

/** What an error says of itself, as data. */
export function errorData(error: unknown): ErrorData {
  const fields =
    error instanceof Error && 'fields' in error && Array.isArray(error.fields) ? error.fields : [];
  const errors = devErrorsOf(error);
  return {
    code: codeOf(error) ?? 'ERROR',
    message: messageOf(error),
    fields,
    ...(errors.length === 0 ? {} : { errors }),
  };
}
