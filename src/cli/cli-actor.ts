import { hostname, userInfo } from 'node:os';
import type { Actor } from '../kernel/task-event.ts';

/** The person at the terminal: as the system knows them, not as the environment says. */
export const cliActor = (): Actor => ({ who: userName(), via: 'cli', from: hostname() });

/** A user without a name, as containers have them, is known by number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
