import type { Clock } from '../../../kernel/clock.ts';
import type { GiopConnection } from '../giop/giop-connection.ts';

/**
 * Asks for a sign of life in quiet times: servers end connections that nobody uses, and a host that was
 * switched off says nothing at all. The connection is lost when not one byte came between two questions.
 */
export const keepAlive = (
  connection: () => GiopConnection,
  ping: () => Promise<void>,
  { clock, everyMs }: { readonly clock: Clock; readonly everyMs: number },
): (() => void) => {
  let seen = connection().received;
  let isAsked = false;
  let timer: unknown;
  const look = (): void => {
    const current = connection();
    if (!current.isOpen) return;
    if (current.received !== seen) isAsked = false;
    else if (isAsked) return current.fail(`no sign of life in ${everyMs} ms`);
    else {
      isAsked = true;
      ping().catch(() => {});
    }
    seen = current.received;
    arm();
  };
  const arm = (): void => {
    timer = clock.setTimeout(look, everyMs);
    clock.unref?.(timer);
  };
  arm();
  return () => clock.clearTimeout(timer);
};
