import { BehaviorSubject } from 'rxjs';
import { condition } from '../../src/index.ts';
import type { Condition, ConditionOptions, TaskHandle } from '../../src/index.ts';

/** A door, and the condition that it is closed. */
export interface Door {
  readonly closed: Condition;
  /** Says where it is, to everybody who listens. */
  move(position: 'open' | 'closed'): void;
  /** How many listen to it now. */
  readonly listeners: number;
}

export const doorIsOpen = 'condition "door closed" is not met: "open"';

/** A door that tells of its position, and of whose listeners there is a count. */
export function doorOf(position: 'open' | 'closed', options: Partial<ConditionOptions> = {}): Door {
  const positions = new BehaviorSubject<string>(position);
  return {
    closed: condition(positions, (now) => now === 'closed', { name: 'door closed', ...options }),
    move: (next) => positions.next(next),
    get listeners() {
      // oxlint-disable-next-line typescript/no-deprecated -- The count itself is what is tested.
      return positions.observers.length;
    },
  };
}

/** The problems for which a task waits, by condition; null when it waits for none. */
export function problemsOf({ waitingFor }: TaskHandle): Readonly<Record<string, string>> | null {
  if (waitingFor?.reason !== 'condition') return null;
  return Object.fromEntries(waitingFor.conditions.map(({ name, problem }) => [name, problem]));
}
