import type { LogLevel, Logger } from '../../src/kernel/logger.ts';

/** A line that was logged. */
export interface LoggedLine {
  readonly level: LogLevel;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string | undefined;
}

/** A logger that keeps every line. */
export function recordingLogger(): Logger & { readonly lines: readonly LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const at =
    (level: LogLevel): Logger['info'] =>
    (fields, message) =>
      void lines.push({ level, fields: { ...fields }, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const fail = (): never => {
  throw new Error('the disk is full');
};

/** A logger that throws at every line. */
export const throwingLogger: Logger = { debug: fail, info: fail, warn: fail, error: fail };

const reject = (): never => Promise.reject(new Error('the disk is full')) as never;

/** A logger whose every line fails later. */
export const rejectingLogger: Logger = {
  debug: reject,
  info: reject,
  warn: reject,
  error: reject,
};
