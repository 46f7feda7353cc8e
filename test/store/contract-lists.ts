import { beforeAll, expect, it } from 'vitest';
import { TaskStatus } from '../../src/index.ts';
import type { StoredTask, StoreRow } from '../../src/kernel/store-rows.ts';
import type { TaskQuery } from '../../src/kernel/task-store.ts';
import { errorOf, settledAs, taskOf, taskRow } from './rows.ts';
import { useOneStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const ended = ['completed', 'failed', 'cancelled', 'timedout'] as const;

/** Sixty tasks: their plugin, tags, name and moment follow from their id in different steps. */
const featuresOf = (id: number): Partial<StoredTask> => ({
  plugin: ['Nmr.Reduce', 'nmr.simulate', 'Über.Fit'][id % 3] ?? '',
  submittedAt: 1_000 + 10 * id - (id % 7) * 15,
  tags: ['even', 'third', 'fifth'].filter((_tag, index) => id % (index + 2) === 0),
  name: id % 4 === 0 ? `Scan ${id} of GLUCOSE` : '',
  ...(id % 5 === 0 ? { note: '100 %_done, Straße' } : {}),
});

const count = 60;
const isLive = (id: number): boolean => id % 10 === 9;
const isStopped = (id: number): boolean => id % 10 === 8;
const statusOf = (id: number): TaskStatus =>
  isStopped(id) ? 'stopped' : (ended[id % 4] ?? 'failed');

/** The answer, found in the plainest way. */
function expectedOf(query: Omit<TaskQuery, 'limit'>): number[] {
  const ids = Array.from({ length: count }, (_, index) => count - index);
  return ids.filter((id) => {
    const { plugin = '', submittedAt = 0, tags = [], name = '', note = '' } = featuresOf(id);
    const text = query.text?.toLowerCase() ?? '';
    return (
      !isLive(id) &&
      (query.status === undefined || query.status.includes(statusOf(id))) &&
      (query.plugin === undefined || query.plugin.toLowerCase() === plugin.toLowerCase()) &&
      (query.tags ?? []).every((tag) => tags.includes(tag)) &&
      [plugin, name, note].some((each) => each.toLowerCase().includes(text)) &&
      submittedAt >= (query.since ?? 0) &&
      submittedAt < (query.until ?? Number.POSITIVE_INFINITY) &&
      id < (query.after ?? Number.POSITIVE_INFINITY)
    );
  });
}

const queries: readonly Omit<TaskQuery, 'limit'>[] = [
  {},
  ...Object.values(TaskStatus).map((status) => ({ status: [status] })),
  { status: ['failed', 'timedout', 'stopped'] },
  { status: [] },
  { plugin: 'nmr.reduce' },
  { plugin: 'NMR.SIMULATE' },
  { plugin: 'über.FIT' },
  { plugin: 'nmr' },
  { tags: ['even'] },
  { tags: ['fifth', 'even', 'third'] },
  { tags: ['even', 'even'] },
  { tags: ['absent'] },
  { tags: [] },
  { text: 'glucose' },
  { text: 'SCAN 4' },
  { text: 'REDUCE' },
  { text: '%_d' },
  { text: 'straße' },
  { text: '_' },
  { text: '' },
  { text: 'nowhere' },
  { since: 1_300 },
  { until: 1_300 },
  { since: 1_200, until: 1_400 },
  { since: 9_999 },
  { after: 31 },
  { after: 1 },
  { status: ['completed'], plugin: 'nmr.reduce', tags: ['even'], text: 'scan', since: 1_100 },
  { plugin: 'nmr.simulate', until: 1_500, after: 50, tags: ['third'] },
  { plugin: 'über.fit', status: ['failed', 'cancelled'], text: 'done' },
];

/** Pages of tasks that are not live. */
export function describeLists(driver: StoreUnderTest): void {
  const opened = useOneStore(driver);

  beforeAll(async () => {
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    await opened().commit(ids.map((id) => taskRow(id, featuresOf(id))));
    await opened().commit(
      ids.toReversed().flatMap((id): StoreRow[] => {
        if (isLive(id)) return [];
        const doubt = errorOf('AWAITING_OPERATOR');
        return isStopped(id)
          ? [{ kind: 'doubt', taskId: id, doubt }]
          : [settledAs(id, ended[id % 4] ?? 'failed')];
      }),
    );
  });

  const idsOf = async (query: TaskQuery): Promise<number[]> =>
    (await opened().list(query)).map(({ task }) => task.id);

  it.each(queries.map((query) => [JSON.stringify(query), query] as const))(
    'gives the tasks that fit %s, newest first',
    async (_name, query) => {
      const expected = expectedOf(query);
      expect(await idsOf({ ...query, limit: 100 })).toEqual(expected);
      expect(await idsOf({ ...query, limit: 3 })).toEqual(expected.slice(0, 3));
    },
  );

  it.each(queries.map((query) => [JSON.stringify(query), query] as const))(
    'gives page after page of %s without a gap',
    async (_name, query) => {
      const found: number[] = [];
      let { after } = query;
      for (;;) {
        const page = await idsOf({ ...query, ...(after === undefined ? {} : { after }), limit: 7 });
        found.push(...page);
        after = page.at(-1);
        if (after === undefined) break;
      }
      expect(found).toEqual(expectedOf(query));
    },
  );

  it('gives what is known of each without what may be large', async () => {
    const [brief] = await opened().list({ limit: 1, status: ['failed'] });
    expect(brief).toEqual({
      task: taskOf(57, featuresOf(57)),
      state: 'failed',
      startedAt: 2_057,
      endedAt: 3_114,
      attempts: 1,
      error: errorOf('BROKEN'),
    });
  });

  it('gives nothing to a limit of none', async () => {
    expect(await opened().list({ limit: 0 })).toEqual([]);
  });
}
