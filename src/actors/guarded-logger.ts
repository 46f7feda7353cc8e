import type { LogLevel, Logger } from '../kernel/logger.ts';

/** A logger that swallows what the given one throws, now or later: logging ends no work. */
export function guardedLogger(logger: Logger): Logger {
  const at =
    (level: LogLevel): Logger['info'] =>
    (fields, message) => {
      try {
        const pending: unknown = logger[level](fields, message);
        void Promise.resolve(pending).catch(() => {});
      } catch {}
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
