import { expect, it } from 'vitest';
import type { StoredStep } from '../../src/kernel/job-steps.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import { errorOf, settleRow, taskRow } from './rows.ts';
import { useStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const row = (taskId: number, step: StoredStep): StoreRow => ({ kind: 'step', taskId, step });

const started = (path: string, more: Partial<StoredStep> = {}): StoredStep => ({
  path,
  state: 'running',
  startedAt: 5_000,
  ...more,
});

/** What a store keeps of jobs. */
export function describeSteps(driver: StoreUnderTest): void {
  const opened = useStore(driver);

  it('gives the steps of a job in the order of their starts, each as it was last told', async () => {
    const first = started('steps[1]', { taskId: 7 });
    const second = started('steps[0].steps[3]');
    const ended: StoredStep = {
      ...first,
      state: 'completed',
      endedAt: 6_000,
      result: { y: [null] },
    };
    await opened().commit([taskRow(1), row(1, first), row(1, second), row(1, ended)]);
    expect(await opened().steps(1)).toEqual([ended, second]);
    const failed: StoredStep = {
      ...second,
      state: 'failed',
      endedAt: 7_000,
      error: errorOf('BROKEN'),
    };
    await opened().commit([row(1, failed)]);
    expect(await opened().steps(1)).toEqual([ended, failed]);
  });

  it('keeps a result that is null, and tells it from none', async () => {
    const ended = started('', { state: 'completed', endedAt: 6_000, result: null });
    await opened().commit([taskRow(1), row(1, ended), row(1, started('steps[0]'))]);
    expect(await opened().steps(1)).toEqual([ended, started('steps[0]')]);
  });

  it('has none of a task that is no job, or is not there', async () => {
    await opened().commit([taskRow(1), row(9, started('steps[0]'))]);
    expect(await opened().steps(1)).toEqual([]);
    expect(await opened().steps(9)).toEqual([]);
  });

  it('drops the steps with their job', async () => {
    await opened().commit([taskRow(1), row(1, started('steps[0]')), settleRow(1)]);
    await opened().commit([{ kind: 'forget', taskIds: [1] }]);
    expect(await opened().steps(1)).toEqual([]);
  });

  it('lists the tasks that are steps of a job', async () => {
    const parent = { id: 1, step: 'steps[0]' };
    await opened().commit([
      taskRow(1),
      taskRow(2, { parent }),
      taskRow(3, { parent: { id: 9, step: 'steps[0]' } }),
      taskRow(4, { parent: { ...parent, step: 'steps[1]' }, tags: ['day'], name: 'a dark frame' }),
      ...[1, 2, 3, 4].map((id) => settleRow(id)),
    ]);
    const found = await opened().list({ parent: 1, limit: 10 });
    expect(found.map(({ task }) => task.id)).toEqual([4, 2]);
    expect(found[1]?.task.parent).toEqual(parent);
    const ids = async (query: object): Promise<readonly number[]> =>
      (await opened().list({ parent: 1, limit: 10, ...query })).map(({ task }) => task.id);
    expect(await ids({ tags: ['day'] })).toEqual([4]);
    expect(await ids({ text: 'DARK' })).toEqual([4]);
    expect(await ids({ after: 4 })).toEqual([2]);
    expect(await ids({ limit: 1 })).toEqual([4]);
    expect(await ids({ status: ['failed'] })).toEqual([]);
  });
}
