import { RunstateError } from '../kernel/errors.ts';
import { showValue } from '../wire/show-value.ts';
import { Completions } from './future-completions.ts';
import { readFuture, startsOf } from './future-file.ts';
import { inLanes } from './future-lanes.ts';
import { followAll } from './future-parts.ts';
import type { Followed, FutureParts } from './future-parts.ts';
import { FutureSlot } from './future-slot.ts';
import { futureSource } from './future-source.ts';
import type { FutureHost, FutureSource } from './future-source.ts';

/** Where a saved future's tasks are: in an engine here, or behind a client of one. */
export type FuturePlace = { readonly engine: FutureHost } | { readonly client: FutureHost };

const isHost = (value: unknown): value is FutureHost =>
  typeof value === 'object' && value !== null && futureSource in value;

function sourceOf(place: FuturePlace): FutureSource {
  if (typeof place !== 'object' || place === null) {
    const expected = '`{ engine }` or `{ client }`';
    throw new RunstateError('INVALID_OPTION', ['place', expected, showValue(place)]);
  }
  const [name, host]: [string, unknown] =
    'client' in place ? ['client', place.client] : ['engine', place.engine];
  if (isHost(host)) return host[futureSource];
  const expected = name === 'engine' ? 'what `createEngine` gave' : 'what `createClient` gave';
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(host)]);
}

/**
 * Reads a saved future. What had settled then is as it was saved; the other tasks are looked for, and
 * one that is gone is a failed value.
 */
export async function openParts<TOutput>(
  path: string,
  place: FuturePlace,
): Promise<FutureParts<TOutput>> {
  const source = sourceOf(place);
  const document = await readFuture(path);
  const { plugin, engine } = document;
  if (engine !== source.name) {
    const expected = `the engine "${engine}", to which the tasks of ${path} belong`;
    throw new RunstateError('INVALID_OPTION', ['engine', expected, `"${source.name}"`]);
  }
  const slots = startsOf<TOutput>(document).map(
    (start) => new FutureSlot({ source, plugin }, start),
  );
  const completions = new Completions(slots);
  const inOrder = [...document.settled.flatMap((index) => slots[index] ?? []), ...slots];
  for (const slot of new Set(inOrder)) if (slot.isSettled) completions.known(slot);
  await attach(source, slots, completions);
  const shape = document.returnSingleOutput ? 'one' : 'list';
  return { source, plugin, shape, slots, completions };
}

/**
 * Looks for the tasks that had not settled when they were last heard of, and follows them.
 *
 * @throws what the source throws when it cannot be asked now
 */
export async function attach<TOutput>(
  source: FutureSource,
  slots: readonly FutureSlot<TOutput>[],
  completions: Completions<TOutput>,
): Promise<void> {
  const found: Followed<TOutput>[] = [];
  const seek = async (slot: FutureSlot<TOutput>): Promise<void> => {
    try {
      const task = await slot.find();
      if (task !== slot.task) found.push([slot, task]);
    } catch (error) {
      slot.lose(error, completions);
    }
  };
  try {
    await inLanes(
      slots.filter(({ isSettled }) => !isSettled),
      seek,
    );
  } finally {
    // What could be found is not lost with what could not.
    followAll(found, completions);
  }
}
