import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import type { EventQuery, TaskQuery, TaskStore } from '../../src/kernel/task-store.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { randomOf } from '../support/random.ts';
import { useFolder } from './programs.ts';
import { errorOf, openingOf, personsEvent, settledAs, taskRow } from './rows.ts';

const random = randomOf(3);
const count = 9_000;
const plugins = ['nmr.reduce', 'nmr.simulate', 'scan.grid', 'rare.one'];
const people = ['ada', 'bob', 'eve'];
const statuses = ['completed', 'failed', 'cancelled', 'timedout'] as const;

/** Moments go up with the ids, but for a day on which the clock was wrong. */
const momentOf = (id: number): number => 1_000 * id + (id > 4_000 && id < 4_500 ? -3_000_000 : 0);

const likelyPlugin = (): string =>
  random.isLikely(0.002) ? 'rare.one' : random.pick(plugins.slice(0, 3));

const tagsOf = (): string[] => [
  ...(random.isLikely(0.5) ? ['common'] : []),
  ...(random.isLikely(0.3) ? ['other'] : []),
  ...(random.isLikely(0.001) ? ['rare'] : []),
];

function rowsOf(id: number): StoreRow[] {
  const name = random.isLikely(0.3) ? { name: `Scan ${random.below(500)}` } : { name: 'x' };
  const features = { plugin: likelyPlugin(), submittedAt: momentOf(id), tags: tagsOf(), ...name };
  const by = { who: random.pick(people) };
  const end: StoreRow[] = random.isLikely(0.9)
    ? [settledAs(id, random.isLikely(0.9) ? 'completed' : random.pick(statuses))]
    : random.isLikely(0.3)
      ? [{ kind: 'doubt', taskId: id, doubt: errorOf('X') }]
      : [];
  return [taskRow(id, features), personsEvent(id, id, { at: momentOf(id), by }), ...end];
}

/** Anything that can be asked, most of it rarely met. */
function randomQuery(): TaskQuery {
  const some = <T>(chance: number, value: () => T): T | undefined =>
    random.isLikely(chance) ? value() : undefined;
  const moment = () => momentOf(random.below(count));
  const query = {
    status: some(0.4, () => [random.pick([...statuses, 'stopped' as const]), 'failed' as const]),
    plugin: some(0.3, () => random.pick(plugins).toUpperCase()),
    tags: some(0.3, () => [random.pick(['common', 'other', 'rare']), 'common']),
    text: some(0.3, () => random.pick(['scan 7', 'SIM', 'rare', '49', 'x', 'nowhere'])),
    since: some(0.3, moment),
    until: some(0.3, moment),
    after: some(0.4, () => random.below(count)),
  };
  const said = Object.entries(query).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(said), limit: random.pick([1, 7, 100, 5_000]) };
}

describe('sqliteStore with many tasks', () => {
  const at = useFolder();
  const plain = memoryStore({ retention: {} });
  let store: TaskStore;

  beforeAll(async () => {
    store = sqliteStore(at('many.db'), { durability: 'normal', retention: {} });
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    const rows = ids.flatMap(rowsOf);
    for (const each of [store, plain]) {
      await each.open(openingOf());
      await each.commit(rows);
    }
  });
  afterAll(() => store.close());

  it.each(Array.from({ length: 150 }, () => randomQuery()).map((query) => [query] as const))(
    'lists for %j what a plain search finds',
    async (query) => {
      const ids = async (each: TaskStore) => (await each.list(query)).map(({ task }) => task.id);
      expect(await ids(store)).toEqual(await ids(plain));
    },
  );

  it.each([
    { since: 4_200_000, until: 4_300_000 },
    { since: 1_200_000, until: 1_300_000, who: 'ada' },
    { who: 'eve', afterSeq: 8_000 },
    { types: ['alarm' as const] },
    { who: 'nobody' },
  ])('gives for %j the events that a plain search finds', async (query) => {
    const all: EventQuery = { ...query, limit: 10_000 };
    expect(await store.events(all)).toEqual(await plain.events(all));
  });

  it('lists all there are when the limit has no end', async () => {
    const limit = Number.POSITIVE_INFINITY;
    expect(await store.list({ limit })).toHaveLength((await plain.list({ limit })).length);
    expect(await store.events({ limit })).toHaveLength(count);
  });

  it.each([{ since: true }, { until: {} }, { after: 5n }])(
    'refuses a question that SQLite does not know: %o',
    async (query) => {
      await expect(store.list({ limit: 1, ...query } as unknown as TaskQuery)).rejects.toThrow(
        TypeError,
      );
    },
  );

  it('lets the event loop go on while it looks through many tasks', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    expect(await store.list({ text: 'not to be found', limit: 10 })).toEqual([]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
