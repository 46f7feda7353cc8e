import { afterEach, describe, expect, it } from 'vitest';
import { condition, noop, parallel, sequential } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

describe('a step of a job that requires a condition', () => {
  it('starts when that is met, be it a task or not', async () => {
    const { engine, clock, rest } = await startEngine();
    let isClosed = false;
    const door = condition(
      () => isClosed,
      (closed) => closed,
      { name: 'door', during: 'ignore' },
    );
    const work = gatedWork();
    const handle = engine.runJob(
      parallel([
        work.action('free'),
        sequential([work.action('a')], { requires: [door] }),
        noop({ requires: ['door'] }),
        work.task('b', { requires: [door] }),
      ]),
    );
    await rest();
    expect(work.running).toEqual(['free']);
    isClosed = true;
    await clock.advance(10_000);
    expect(work.running.toSorted()).toEqual(['a', 'b', 'free']);
    for (const name of ['a', 'b', 'free']) work.end(name);
    expect(await handle.output()).toEqual(['free', ['a'], null, 'b']);
    expect(JSON.stringify(handle.input)).toContain('"requires":["door"]');
  });

  it('waits for a condition that is yet to be known', async () => {
    const { engine, rest } = await startEngine();
    const document = { type: 'sequential', steps: [], requires: ['later'] } as const;
    const handle = engine.submit('runstate.job', document);
    await rest();
    expect(handle.status).toBe('running');
    const later = condition(
      () => 1,
      () => true,
      { name: 'later', during: 'ignore' },
    );
    engine.conditions.register(later);
    expect(await handle.output()).toEqual([]);
  });

  it('is given up with the job while it waits', async () => {
    const { engine, rest } = await startEngine();
    const never = condition(
      () => 0,
      () => false,
      { name: 'never', during: 'ignore' },
    );
    const handle = engine.runJob(sequential([noop({ requires: [never] })]));
    await rest();
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
  });
});
