import { config } from 'rxjs';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/task-error.ts';

type Handler = (error: unknown) => void;

const ours = new Set<Handler>();

/**
 * RxJS throws what a subscriber threw from a timer, which ends the process. While an engine runs, and
 * the host has not said otherwise, it is logged instead. What is returned puts things back.
 */
export function logListenerErrors(logger: Logger): () => Promise<void> {
  const handler: Handler = (error) =>
    logger.error({ err: error }, `a subscriber threw: ${messageOf(error)}`);
  const isHosts = config.onUnhandledError !== null && !ours.has(config.onUnhandledError);
  if (!isHosts) {
    ours.add(handler);
    config.onUnhandledError = handler;
  }
  return async () => {
    // What was thrown just now is reported from a timer that RxJS has set already.
    await new Promise((resolve) => setTimeout(resolve, 0));
    ours.delete(handler);
    if (config.onUnhandledError === handler) config.onUnhandledError = [...ours].at(-1) ?? null;
  };
}
