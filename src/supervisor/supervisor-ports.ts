import { guardedLogger } from '../actors/guarded-logger.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { AlarmEvent } from '../kernel/task-event.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { GuardedCall } from './child-actor.ts';

/** Something in the tree that needs a person; `source` is `supervisor:<path of the child>`. */
export type SupervisorAlarm = Pick<AlarmEvent, 'source' | 'message' | 'error'>;

/** What a supervisor needs from outside; shared by the whole tree. */
export interface SupervisorPorts {
  readonly clock: Clock;
  /** Never throws. */
  readonly logger: Logger;
  /** Calls foreign code that may throw. */
  readonly guarded: GuardedCall;
  raiseAlarm(alarm: SupervisorAlarm): void;
  /** The status of some child changed. */
  noteChange(): void;
}

/** Makes ports of what a caller gave: nothing foreign throws through them, now or later. */
export function supervisorPorts(
  given: { readonly clock: Clock; readonly logger: Logger },
  onAlarm: (alarm: SupervisorAlarm) => unknown,
  onChange: () => void,
): SupervisorPorts {
  const logger = guardedLogger(given.logger);
  const guarded: GuardedCall = (what, call) => {
    const report = (error: unknown): void =>
      logger.error({ error: messageOf(error) }, `A ${what} of a supervisor threw.`);
    try {
      void Promise.resolve(call()).catch(report);
    } catch (error) {
      report(error);
    }
  };
  return {
    clock: given.clock,
    logger,
    guarded,
    raiseAlarm: (alarm) => {
      logger.error({ source: alarm.source, error: alarm.error }, alarm.message);
      guarded('alarm listener', () => onAlarm(alarm));
    },
    noteChange: onChange,
  };
}
