import type { WaitingFor } from '../kernel/waiting.ts';
import { momentText, oneLine } from './words.ts';

/** What a task waits for, as the end of the sentence `waiting for …`. */
export function waitingText(waiting: WaitingFor): string {
  switch (waiting.reason) {
    case 'condition':
      return waiting.conditions.map(({ message }) => oneLine(message)).join('; ');
    case 'dependency':
      return `task ${waiting.tasks.join(', task ')}`;
    case 'concurrency':
      return `a free slot (of ${waiting.limit})`;
    case 'resource':
      return waiting.resources.map(({ name }) => `resource "${oneLine(name)}"`).join(', ');
    case 'schedule':
      return `its time: ${momentText(waiting.until)}`;
    case 'retry':
      return `attempt ${waiting.attempt}: ${momentText(waiting.until)}`;
    case 'hold': {
      const by = waiting.by === undefined ? '' : ` of ${waiting.by.who}`;
      const note = waiting.note === undefined ? '' : `: ${waiting.note}`;
      return oneLine(`the end of the hold${by}${note}`);
    }
    case 'plugin':
      return `plugin "${waiting.plugin}"`;
    case 'worker':
      return `a place to run (${waiting.runner})`;
    case 'operator':
      return `an operator: ${oneLine(waiting.message)}`;
  }
}

/** What tells one wait from another: a value that only moves is none of it. */
export const waitingKey = (waiting: WaitingFor): string =>
  waiting.reason === 'condition'
    ? JSON.stringify(waiting.conditions.map(({ name, problem }) => [name, problem]))
    : waitingText(waiting);
