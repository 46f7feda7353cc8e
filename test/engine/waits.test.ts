import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { scripts } from '../support/scripts.ts';
import type { Script } from '../support/scripts.ts';
import { turnstile } from '../support/turnstile.ts';

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('waitFor', () => {
  afterEach(closeEngines);

  it('takes many tasks at once, and one of them twice', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const parent = submit(async ({ waitFor }) => {
      const ids = Array.from({ length: 300 }, (_, index) => submit(async () => index).id);
      const results = await Promise.all([...ids, ...ids].map((id) => waitFor(id)));
      return results.reduce((sum, { payload }) => sum + (payload as number), 0);
    });
    expect(await parent.output()).toBe(89_700);
    expect(parent.waitingFor).toBeNull();
  });

  it('goes on only with a slot of its own, also after waiting twice for one task', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const gate = turnstile();
    const goneOn: number[] = [];
    const child = engine.submit(gate.plugin, null, { hold: true });
    const parent = submit(async ({ waitFor }) => {
      const waits = [1, 2].map(async (branch) => {
        await waitFor(child.id);
        goneOn.push(branch);
      });
      await Promise.all(waits);
    });
    await rest();
    await child.resume();
    await rest();
    const occupant = engine.submit(gate.plugin);
    const later = engine.submit(gate.plugin);
    gate.letGo(child);
    await parent.result();
    expect(goneOn).toEqual([1, 2]);
    await rest();
    expect(gate.started).toEqual([child.id, occupant.id]);
    gate.letGo(occupant);
    await rest();
    gate.letGo(later);
    await engine.whenIdle();
  });

  it('gives the result of a task that has settled', async () => {
    const { engine } = await startEngine();
    const { submit } = scripts(engine);
    const done = submit(() => 'done');
    await done.result();
    const waiter = submit(async ({ waitFor }) => (await waitFor(done.id)).payload);
    expect(await waiter.output()).toBe('done');
  });

  it.each([0, -1, 1.5, 999, 2 ** 31, Number.NaN, '1', 5n, null])(
    'says that there is no task %o',
    async (id) => {
      const { engine } = await startEngine();
      const { submit } = scripts(engine);
      const waiter = submit(({ waitFor }) => waitFor(id as number).catch(codeOf));
      expect(await waiter.output()).toBe('TASK_UNKNOWN');
    },
  );

  it('says that a task is forgotten', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const { submit } = scripts(engine);
    const gone = submit(() => null);
    await gone.result();
    const waiter = submit(({ waitFor }) => waitFor(gone.id).catch(codeOf));
    expect(await waiter.output()).toBe('TASK_FORGOTTEN');
  });

  it('ends with the waiter that is cancelled, whatever it waits for', async () => {
    const { engine, clock, rest } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const held = submit(() => null, { hold: true });
    const waiter = submit(({ waitFor }) => waitFor(held.id));
    await rest();
    expect(await waiter.cancel()).toEqual({
      acknowledgedBy: 'plugin',
      elapsedMs: 0,
      status: 'cancelled',
    });
    expect([held.status, clock.pending]).toEqual(['pending', 0]);
    await held.resume();
    expect((await held.result()).taskStatus).toBe('completed');
    const gate = turnstile();
    const two = [engine.submit(gate.plugin), engine.submit(gate.plugin)];
    await rest();
    expect(gate.started).toEqual([two[0]?.id]);
  });

  it('leaves its slots right when a waiter times out, tries again, and the waited one ends', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const target = submit(() => 'seen', { hold: true });
    let attempts = 0;
    const waiter = submit(
      async ({ waitFor }) => {
        attempts += 1;
        return (await waitFor(target.id)).payload;
      },
      { timeoutMs: 100, retries: { max: 3, baseMs: 10, jitter: 0 } },
    );
    await clock.advance(100);
    await clock.advance(50);
    expect(attempts).toBe(2);
    await target.resume();
    await clock.advance(0);
    expect(await waiter.output()).toBe('seen');
    const gate = turnstile();
    const three = [1, 2, 3].map(() => engine.submit(gate.plugin));
    for (const [index, handle] of three.entries()) {
      await clock.advance(0);
      expect(gate.started).toHaveLength(index + 1);
      gate.letGo(handle);
    }
  });

  it('takes a chain of a thousand', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const link =
      (left: number): Script =>
      async ({ waitFor }) => {
        if (left === 0) return 0;
        const { payload } = await waitFor(submit(link(left - 1)).id);
        return (payload as number) + 1;
      };
    expect(await submit(link(1_000)).output()).toBe(1_000);
  });

  it('holds no slot when it is resumed while it waits', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const { submit } = scripts(engine);
    const child = submit(() => 'child', { hold: true });
    const parent = submit(async ({ messages, pausePoint, waitFor }) => {
      const pausing = (async () => {
        for await (const message of messages) if (message !== null) await pausePoint();
      })();
      const { payload } = await waitFor(child.id);
      void pausing;
      return payload;
    });
    await rest();
    const suspended = parent.suspend();
    parent.send({ type: 'pause' });
    expect(await suspended).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    await parent.resume();
    await child.resume();
    expect(await parent.output()).toBe('child');
    const gate = turnstile();
    const two = [engine.submit(gate.plugin), engine.submit(gate.plugin)];
    await rest();
    expect(gate.started).toEqual([two[0]?.id]);
  });
});
