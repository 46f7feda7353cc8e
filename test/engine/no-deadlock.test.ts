import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { scripts } from '../support/scripts.ts';
import { turnstile } from '../support/turnstile.ts';

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('a wait that would never end', () => {
  afterEach(closeEngines);

  it('refuses to wait for itself', async () => {
    const { engine } = await startEngine();
    const { submit } = scripts(engine);
    const handle = submit(({ id, waitFor }) => waitFor(id));
    const { error, taskStatus } = await handle.result();
    expect([taskStatus, error?.code]).toEqual(['failed', 'WAIT_CYCLE']);
    expect(error?.message).toContain('task 1 waits for task 1');
  });

  it('refuses to wait for an ancestor, and names the circle', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const parent = submit(async ({ id, waitFor }) => {
      const child = submit(async (middle) => {
        const grandchild = submit((inner) => inner.waitFor(id));
        const { error } = await middle.waitFor(grandchild.id);
        return error?.message;
      });
      await waitFor(child.id);
      return child.output();
    });
    expect(await parent.output()).toMatch(
      /task 3 waits for task 1, task 1 waits for task 2, task 2 waits for task 3/,
    );
  });

  it('fails the newest waiter, and the others go on', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const second = deferred<number>();
    const first = submit(async ({ waitFor }) => (await waitFor(await second.promise)).taskStatus);
    const newest = submit(({ waitFor }) => waitFor(first.id));
    await rest();
    second.resolve(newest.id);
    expect(await Promise.all([first.result(), newest.result()])).toMatchObject([
      { taskStatus: 'failed', error: { code: 'WAIT_CYCLE', attempt: 1, phase: 'process' } },
      { taskStatus: 'completed' },
    ]);
  });

  it('refuses a task that comes after the waiter', async () => {
    const { engine } = await startEngine();
    const { submit } = scripts(engine);
    const waiter = submit(async ({ id, waitFor }) => {
      const then = submit(() => null, { after: [id] });
      return waitFor(submit(() => null, { after: [then] }).id).catch(codeOf);
    });
    expect(await waiter.output()).toBe('WAIT_CYCLE');
    await engine.whenIdle();
  });

  it('refuses a task that needs what the waiter has', async () => {
    const { engine } = await startEngine();
    const { submit } = scripts(engine);
    const waiter = submit(
      ({ waitFor }) => waitFor(submit(() => null, { resources: ['camera', 'motor'] }).id),
      { resources: 'motor' },
    );
    const { error } = await waiter.result();
    expect(error?.message).toBe(
      'Waiting for task 2 would never end: task 1 waits for task 2, ' +
        'task 2 waits for resource "motor" of task 1.',
    );
    expect(await engine.whenIdle()).toBeUndefined();
  });

  it.each([
    ['held', { hold: true }],
    ['delayed', { delayMs: 1_000 }],
  ])('refuses one that is %s and will need what the waiter has', async (_, options) => {
    const { engine } = await startEngine();
    const { submit } = scripts(engine);
    const waiter = submit(
      ({ waitFor }) => waitFor(submit(() => null, { resources: 'motor', ...options }).id),
      { resources: 'motor' },
    );
    expect((await waiter.result()).error?.code).toBe('WAIT_CYCLE');
  });

  it('refuses a wait for what is submitted later and needs what a waiting ancestor has', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const parent = submit(
      async ({ waitFor }) => {
        const child = submit(async (context) => {
          const late = submit(() => 'late', { resources: 'motor' });
          const refused = await context.waitFor(late.id).catch(codeOf);
          return [late.id, refused];
        });
        await waitFor(child.id);
        return child.output();
      },
      { resources: 'motor' },
    );
    const [late, refused] = (await parent.output()) as [number, string];
    expect(refused).toBe('WAIT_CYCLE');
    const handle = await engine.tasks.get(late);
    expect(await handle.output()).toBe('late');
  });

  it('sees a circle through two resources', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const needsCamera = deferred<number>();
    const motor = submit(async ({ waitFor }) => waitFor(await needsCamera.promise), {
      resources: 'motor',
    });
    const camera = submit(({ waitFor }) => waitFor(submit(() => 1, { resources: 'motor' }).id), {
      resources: 'camera',
    });
    await rest();
    needsCamera.resolve(submit(() => 2, { resources: 'camera' }).id);
    expect((await motor.result()).error?.code).toBe('WAIT_CYCLE');
    expect((await camera.result()).taskStatus).toBe('completed');
    await engine.whenIdle();
  });

  it('lets one wait for a task that others will make room for', async () => {
    const { engine, rest } = await startEngine({ resources: { detector: 3 } });
    const { submit } = scripts(engine);
    const gate = turnstile({ resources: 'detector' });
    const other = engine.submit(gate.plugin);
    const waiter = submit(
      async ({ waitFor }) =>
        (await waitFor(submit(() => 'two', { resources: { detector: 2 } }).id)).payload,
      { resources: 'detector' },
    );
    await rest();
    expect(waiter.waitingFor).toEqual({ reason: 'dependency', tasks: [3] });
    gate.letGo(other);
    expect(await waiter.output()).toBe('two');
  });

  it('refuses the wait that would leave too few units for ever', async () => {
    const { engine, rest } = await startEngine({ resources: { detector: 3 } });
    const { submit } = scripts(engine);
    const target = submit(() => 'two', { resources: { detector: 2 }, hold: true });
    const waiters = ['a', 'b'].map(() =>
      submit(({ waitFor }) => waitFor(target.id).then(() => 'waited', codeOf), {
        resources: 'detector',
      }),
    );
    await rest();
    await target.resume();
    expect(await Promise.all(waiters.map((waiter) => waiter.output()))).toEqual([
      'waited',
      'WAIT_CYCLE',
    ]);
  });

  it('is not misled by a retry of what it waits for', async () => {
    const { engine, clock } = await startEngine({ resources: { detector: 2 } });
    const { submit } = scripts(engine);
    let attempts = 0;
    const target = submit(
      () => {
        attempts += 1;
        if (attempts === 1) throw new Error('no beam');
        return 'second';
      },
      { resources: 'detector', retries: 1 },
    );
    const waiter = submit(async ({ waitFor }) => (await waitFor(target.id)).payload, {
      resources: 'detector',
    });
    await clock.advance(0);
    const gate = turnstile({ resources: 'detector' });
    const taker = engine.submit(gate.plugin);
    await clock.advance(5_000);
    expect(target.waitingFor).toMatchObject({ reason: 'resource' });
    gate.letGo(taker);
    expect(await waiter.output()).toBe('second');
  });
});
