import { destination, pino } from 'pino';
import type { Logger } from '../kernel/logger.ts';

/** Warnings and errors as JSON lines on standard error: standard output is the host's. */
export function defaultLogger(): Logger {
  return pino({ name: 'runstate', level: 'warn' }, destination({ dest: 2, sync: true }));
}
