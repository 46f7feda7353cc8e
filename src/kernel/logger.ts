/** The four levels that plugins and the engine log at. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the engine's own log goes. A pino logger fits; so does `console` in a few lines. */
export interface Logger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
}

const ignore = (): void => {};

/** A logger that drops everything. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
