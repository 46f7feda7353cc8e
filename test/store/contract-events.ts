import { beforeAll, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import type { EventQuery } from '../../src/kernel/task-store.ts';
import { endedEvent, personsEvent, settleRow, taskRow } from './rows.ts';
import { useOneStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const people = ['ada', 'bob', 'Ｚoë \u0000 🔬'];

const eventOf = (seq: number): TaskEvent => {
  const by = {
    who: people[seq % 3] ?? '',
    ...(seq % 2 === 0 ? { role: 'operator', via: 'http' } : { via: 'cli' }),
    ...(seq % 5 === 0 ? { from: '10.0.0.7' } : {}),
  };
  const base = { seq, taskId: (seq % 4) + 1, at: 1_000 + 10 * seq - (seq % 3) * 25, by };
  if (seq % 7 === 0) return { ...base, type: 'log', level: 'info', message: 'Ünïcode "log"' };
  return { ...base, type: 'status', state: 'pending', status: 'pending', attempt: 0, reason: 'r' };
};

const all = Array.from({ length: 40 }, (_, index) => eventOf(index + 1));

const queries: readonly Omit<EventQuery, 'limit'>[] = [
  {},
  { isAttributed: true },
  { taskId: 2 },
  { taskId: 99 },
  { types: ['log'] },
  { types: ['log', 'status'] },
  { types: [] },
  { who: 'ada' },
  { who: people[2] ?? '' },
  { who: 'nobody' },
  { role: 'operator' },
  { via: 'cli' },
  { from: '10.0.0.7' },
  { since: 1_200 },
  { until: 1_200 },
  { since: 1_100, until: 1_300, who: 'bob' },
  { afterSeq: 20 },
  { afterSeq: 40 },
  { taskId: 3, types: ['status'], who: 'bob', role: 'operator', via: 'http', afterSeq: 4 },
];

const isAmong = (values: readonly string[] | undefined, value: string): boolean =>
  values === undefined || values.includes(value);

const expectedOf = (query: Omit<EventQuery, 'limit'>): TaskEvent[] =>
  all.filter(
    ({ seq, taskId, type, at, by }) =>
      (query.taskId === undefined || taskId === query.taskId) &&
      isAmong(query.types, type) &&
      (query.who ?? by?.who) === by?.who &&
      (query.role ?? by?.role) === by?.role &&
      (query.via ?? by?.via) === by?.via &&
      (query.from ?? by?.from) === by?.from &&
      at >= (query.since ?? 0) &&
      at < (query.until ?? Number.POSITIVE_INFINITY) &&
      seq > (query.afterSeq ?? 0),
  );

/** Events that people and clients caused; every store keeps these. */
export function describeEvents(driver: StoreUnderTest): void {
  const opened = useOneStore(driver);

  beforeAll(async () => {
    await opened().commit([1, 2, 3, 4, 5].map((id) => taskRow(id)));
    await opened().commit(all.map((event) => ({ kind: 'event', event })));
  });

  it.each(queries.map((query) => [JSON.stringify(query), query] as const))(
    'gives those that fit %s, in their order',
    async (_name, query) => {
      const expected = expectedOf(query);
      expect(await opened().events({ ...query, limit: 100 })).toEqual(expected);
      expect(await opened().events({ ...query, limit: 2 })).toEqual(expected.slice(0, 2));
      expect(await opened().events({ ...query, limit: 0 })).toEqual([]);
    },
  );

  it('keeps every kind of event as it was', async () => {
    const by = { who: 'ada' };
    const base = { taskId: 9, at: 5, by };
    const error = { code: 'X', message: 'm', phase: 'process', attempt: 1, cause: null } as const;
    const kinds: TaskEvent[] = [
      { ...base, seq: 51, type: 'progress', percent: 12.5, message: 'frame 3' },
      { ...base, seq: 52, type: 'log', level: 'warn', message: 'hot', fields: { t: [1, null] } },
      { ...base, seq: 53, type: 'attempt', attempt: 2, outcome: 'failed', error, retryInMs: 5 },
      { ...base, seq: 54, type: 'checkpoint', value: { frame: [1, { deep: null }] } },
      { ...base, seq: 55, type: 'gap', missed: 3 },
      { ...base, seq: 56, type: 'alarm', taskId: null, source: 's', message: 'm', error },
    ];
    await opened().commit(kinds.map((event) => ({ kind: 'event', event })));
    expect(await opened().events({ afterSeq: 50, limit: 10 })).toEqual(kinds);
  });

  it('gives the events of a settled task, those that people caused among them', async () => {
    const store = opened();
    // A store that keeps events as they come is given this one; the others read it from the task.
    if (store.isDurable) await store.commit([{ kind: 'event', event: endedEvent(5) }]);
    await store.commit([personsEvent(60, 5)]);
    await store.commit([settleRow(5), personsEvent(200, 5)]);
    const events = await store.events({ taskId: 5, limit: 100 });
    expect(events.map(({ seq }) => seq)).toEqual([60, endedEvent(5).seq, 200]);
  });
}
