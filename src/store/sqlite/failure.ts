import { RunstateError } from '../../kernel/errors.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';

/** What SQLite's codes mean for the people who run the machine. */
const reasons: readonly (readonly [code: string, reason: string])[] = [
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_READONLY', 'the file is read-only'],
  ['SQLITE_BUSY', 'another process keeps it locked'],
  ['SQLITE_LOCKED', 'another process keeps it locked'],
  ['SQLITE_IOERR', 'the disk failed'],
  ['SQLITE_NOTADB', 'it is not a database'],
  ['SQLITE_CORRUPT', 'it is damaged'],
  ['SQLITE_CANTOPEN', 'the system does not open it'],
  ['SQLITE_PERM', 'access is denied'],
  ['SQLITE_NOMEM', 'the memory is full'],
];

/** SQLite's own code of an error; libsql gives none when a file cannot be opened. */
export function sqliteCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    if (typeof error.code === 'string') return error.code;
  }
  return messageOf(error).startsWith('ConnectionFailed(') ? 'SQLITE_CANTOPEN' : '';
}

/** Why, in words, with what SQLite said. */
export function reasonOf(error: unknown): string {
  const code = sqliteCode(error);
  const found = reasons.find(([prefix]) => code.startsWith(prefix));
  return found === undefined ? messageOf(error) : `${found[1]} (${messageOf(error)})`;
}

/** Errors after which a connection is of no use. */
export const isBeyondUse = (error: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error));

/** An error of the store that goes from thread to thread. */
export interface Failure {
  readonly code: ErrorCode;
  readonly args: readonly (string | number)[];
  readonly cause?: { readonly message: string; readonly code: string };
}

/** What happened, as data; an error of our own stays what it is. */
export function failureOf(error: unknown, code: ErrorCode, path: string): Failure {
  if (error instanceof Refusal) return error.failure;
  const cause = { message: messageOf(error), code: sqliteCode(error) };
  return { code, args: [path, reasonOf(error)], cause };
}

export function errorOf({ code, args, cause }: Failure): RunstateError {
  if (cause === undefined) return new RunstateError(code, args);
  const inner = Object.assign(new Error(cause.message), { code: cause.code });
  return new RunstateError(code, args, { cause: inner });
}

/** Refuses a file, in the thread that reads it. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(code: ErrorCode, args: readonly (string | number)[]) {
    super(code);
    this.failure = { code, args };
  }
}
