import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import { LatestRun } from '../../src/plugin-host/latest-run.ts';

describe('LatestRun', () => {
  it('begins another run for those who come while one is at work, and only one', async () => {
    const works: Deferred<string>[] = [];
    const runs = new LatestRun(() => {
      const work = deferred<string>();
      works.push(work);
      return work.promise;
    });
    const first = runs.run();
    const later = [runs.run(), runs.run()];
    expect(works).toHaveLength(1);
    works[0]?.resolve('first');
    expect(await first).toBe('first');
    await expect.poll(() => works.length).toBe(2);
    const latest = runs.run();
    works[1]?.resolve('second');
    expect(await Promise.all(later)).toEqual(['second', 'second']);
    await expect.poll(() => works.length).toBe(3);
    works[2]?.resolve('third');
    expect(await latest).toBe('third');
    await runs.settled();
  });

  it('runs again after a run that failed', async () => {
    let count = 0;
    const runs = new LatestRun(async () => {
      count += 1;
      if (count === 1) throw new Error('the first');
      return count;
    });
    const [first, second] = [runs.run(), runs.run()];
    await expect(first).rejects.toThrow('the first');
    expect(await second).toBe(2);
  });
});
