import { expect } from 'vitest';
import type { DefinedPlugin, TaskEvent, TaskHandle } from '../../src/index.ts';
import { pluginOf } from './engine-under-test.ts';

/** Reports progress as often as its input says. */
export const busy: DefinedPlugin = pluginOf(
  {
    process: ({ input, progress }) => {
      for (let step = 1; step <= (input as number); step += 1) progress(step % 100, `step ${step}`);
    },
  },
  { name: 'test.busy' },
);

/** Each event has a number of its own, above the one before. */
export function expectRising(events: readonly TaskEvent[]): void {
  const numbers = events.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
}

/** Collects until the stream completes. */
export function collect(handle: TaskHandle): { events: TaskEvent[]; isComplete: () => boolean } {
  const events: TaskEvent[] = [];
  let isComplete = false;
  handle.events$.subscribe({
    next: (event) => events.push(event),
    complete: () => (isComplete = true),
  });
  return { events, isComplete: () => isComplete };
}

/** Reads a task's events to their end. */
export async function readAll(handle: TaskHandle): Promise<readonly TaskEvent[]> {
  const events: TaskEvent[] = [];
  for await (const event of handle) events.push(event);
  return events;
}

/** An event in a few words. */
export const brief = (event: TaskEvent): string => {
  switch (event.type) {
    case 'status':
      return event.state;
    case 'attempt':
      return `attempt ${event.attempt} ${event.outcome}`;
    case 'log':
      return `${event.level}: ${event.message}`;
    default:
      return event.type;
  }
};
