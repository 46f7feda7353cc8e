import type { ErrorCode } from '../kernel/errors.ts';

/** A place in a file, counted from 1 as editors do. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a plugin file, or a plugin of it, cannot be used. */
export interface PluginProblem {
  readonly code: ErrorCode;
  readonly file: string;
  /** From 1; null when the problem is about the file as a whole. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  /** `file:line:column: message`. */
  readonly text: string;
}

/** A problem about a file as a whole. */
export function problemOf(file: string, code: ErrorCode, message: string): PluginProblem {
  return { code, file, line: null, column: null, message, text: `${file}: ${message}` };
}

/** A problem at one place. */
export function problemAt(at: SourcePosition, code: ErrorCode, message: string): PluginProblem {
  const text = `${at.file}:${at.line}:${at.column}: ${message}`;
  return { code, file: at.file, line: at.line, column: at.column, message, text };
}
