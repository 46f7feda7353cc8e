import type { TaskEvent } from '../kernel/task-event.ts';
import { oneLine, timeText } from './words.ts';

/** What happened, in one line. */
export function eventLine(event: TaskEvent): string {
  const who = event.by === undefined ? '' : ` by ${event.by.who}`;
  const why = event.reason === undefined ? '' : `: ${event.reason}`;
  return `${timeText(event.at)}  ${oneLine(`${whatOf(event)}${who}${why}`)}`;
}

function whatOf(event: TaskEvent): string {
  switch (event.type) {
    case 'status':
      return event.state;
    case 'progress':
      return `${Math.round(event.percent)} % ${event.message ?? ''}`;
    case 'log':
      return `${event.level === 'warn' ? 'warning' : event.level}: ${event.message}`;
    case 'attempt':
      return `attempt ${event.attempt} ${event.outcome}${event.error === undefined ? '' : ` (${event.error.code})`}`;
    case 'checkpoint':
      return 'checkpoint';
    case 'gap':
      return `(${event.missed} events are missing here)`;
    case 'alarm':
      return `alarm: ${event.message}`;
  }
}
