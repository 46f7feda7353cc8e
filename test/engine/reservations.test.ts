import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { scripts } from '../support/scripts.ts';
import { turnstile } from '../support/turnstile.ts';

describe('a reservation', () => {
  afterEach(closeEngines);

  it('lets pass what the holder of a reserved resource waits for', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const go = deferred<void>();
    const holder = submit(
      async ({ waitFor }) => {
        await go.promise;
        return (await waitFor(submit(() => 'child', { resources: 'motor' }).id)).payload;
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => 'both', { resources: ['motor', 'camera'] });
    await rest();
    expect(reserver.waitingFor).toMatchObject({ reason: 'resource' });
    go.resolve();
    expect(await holder.output()).toBe('child');
    expect(await reserver.output()).toBe('both');
  });

  it('finds it behind others that want the same', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const go = deferred<void>();
    const order: string[] = [];
    const holder = submit(
      async ({ waitFor }) => {
        await go.promise;
        const child = submit(() => order.push('child'), { resources: 'motor' });
        await waitFor(child.id);
        order.push('holder');
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => order.push('both'), { resources: ['motor', 'camera'] });
    const ahead = ['x', 'y'].map((name) => submit(() => order.push(name), { resources: 'motor' }));
    await rest();
    go.resolve();
    await Promise.all([holder, reserver, ...ahead].map((handle) => handle.result()));
    expect(order).toEqual(['child', 'holder', 'both', 'x', 'y']);
  });

  it('finds it several waits away, and behind a second wait of the same task', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const { submit } = scripts(engine);
    const go = deferred<void>();
    const gate = turnstile();
    const slow = engine.submit(gate.plugin);
    const holder = submit(
      async ({ waitFor }) => {
        const first = waitFor(slow.id);
        await go.promise;
        const relay = submit(
          (context) => context.waitFor(submit(() => 'far', { resources: 'motor' }).id),
          { resources: 'laser' },
        );
        const { taskStatus } = await waitFor(relay.id);
        await first;
        return taskStatus;
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => 'both', { resources: ['motor', 'camera'] });
    await rest();
    go.resolve();
    await rest();
    gate.letGo(slow);
    expect(await holder.output()).toBe('completed');
    expect(await reserver.output()).toBe('both');
  });

  it('sees a wait that begins while the task waits already', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const go = deferred<number>();
    const gate = turnstile();
    const slow = engine.submit(gate.plugin);
    const holder = submit(
      async ({ waitFor }) => {
        const first = waitFor(slow.id);
        const { payload } = await waitFor(await go.promise);
        await first;
        return payload;
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => 'both', { resources: ['motor', 'camera'] });
    const target = submit(() => 'motor', { resources: 'motor' });
    await rest();
    expect(target.waitingFor).toMatchObject({ resources: [{ reservedFor: reserver.id }] });
    go.resolve(target.id);
    await rest();
    expect(target.status).toBe('completed');
    gate.letGo(slow);
    expect(await holder.output()).toBe('motor');
    expect(await reserver.output()).toBe('both');
  });

  it('lets all pass at once that the holder waits for', async () => {
    const { engine, rest } = await startEngine({ resources: { motor: 2 } });
    const { submit } = scripts(engine);
    const gate = turnstile({ resources: 'motor' });
    const go = deferred<void>();
    const holder = submit(
      async ({ waitFor }) => {
        await go.promise;
        const children = [1, 2].map(() => engine.submit(gate.plugin));
        await Promise.all(children.map(({ id }) => waitFor(id)));
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => 'both', { resources: ['motor', 'camera'] });
    await rest();
    go.resolve();
    await rest();
    expect(gate.started).toHaveLength(2);
    gate.letGo(...(await Promise.all(gate.started.map((id) => engine.tasks.get(id)))));
    expect((await holder.result()).taskStatus).toBe('completed');
    expect(await reserver.output()).toBe('both');
  });

  it('does not starve what the holder waits for by a stream', async () => {
    const { engine, rest } = await startEngine();
    const { submit } = scripts(engine);
    const gate = turnstile({ resources: 'laser' });
    const lasers = [engine.submit(gate.plugin)];
    await rest();
    const go = deferred<void>();
    const holder = submit(
      async ({ waitFor }) => {
        await go.promise;
        const child = submit(() => 'child', { resources: ['motor', 'laser'] });
        return (await waitFor(child.id)).payload;
      },
      { resources: 'camera' },
    );
    await rest();
    const reserver = submit(() => 'both', { resources: ['motor', 'camera'] });
    await rest();
    go.resolve();
    await rest();
    for (let more = 0; more < 20; more += 1) lasers.push(engine.submit(gate.plugin));
    await rest();
    gate.letGo(...lasers);
    expect(await holder.output()).toBe('child');
    expect(await reserver.output()).toBe('both');
    expect(gate.started).toEqual([lasers[0]?.id, lasers[1]?.id]);
    for (let left = 0; left < 20; left += 1) {
      gate.letGo(...lasers);
      await rest();
    }
    await engine.whenIdle();
  });
});
