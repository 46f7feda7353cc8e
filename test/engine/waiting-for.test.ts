import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

describe('TaskHandle.waitingFor', () => {
  afterEach(closeEngines);

  it('is null for a task that runs or has ended', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin);
    await rest();
    expect(handle.waitingFor).toBeNull();
    letGo(handle);
    await handle.result();
    expect(handle.waitingFor).toBeNull();
  });

  it('names the limit of concurrency', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const { plugin } = turnstile();
    const [, next] = [engine.submit(plugin), engine.submit(plugin)];
    expect(next.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
    await rest();
    expect(next.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
  });

  it('names the resources that are missing, how much of them, and who has them', async () => {
    const { engine, rest } = await startEngine({ resources: { detector: 4 } });
    const { plugin } = turnstile();
    const holders = [
      engine.submit(plugin, null, { resources: { detector: 1 } }),
      engine.submit(plugin, null, { resources: { detector: 2, motor: 1 } }),
    ].map(({ id }) => id);
    const next = engine.submit(plugin, null, { resources: { laser: 1, detector: 2 } });
    await rest();
    expect(next.waitingFor).toEqual({
      reason: 'resource',
      resources: [{ name: 'detector', units: 2, heldBy: holders }],
    });
  });

  it('names the task that a resource is kept free for', async () => {
    const { engine, rest } = await startEngine();
    const { plugin } = turnstile();
    engine.submit(plugin, null, { resources: 'motor' });
    const both = engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    const camera = engine.submit(plugin, null, { resources: 'camera' });
    await rest();
    expect(both.waitingFor).toEqual({
      reason: 'resource',
      resources: [{ name: 'motor', units: 1, heldBy: [1] }],
    });
    expect(camera.waitingFor).toEqual({
      reason: 'resource',
      resources: [{ name: 'camera', units: 1, heldBy: [], reservedFor: both.id }],
    });
    await both.cancel();
    await rest();
    expect(camera.waitingFor).toBeNull();
  });

  it('does not say that a better task waits for a worse one', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const { plugin } = turnstile();
    engine.submit(plugin, null, { resources: 'motor' });
    engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    await rest();
    engine.submit(plugin);
    await rest();
    const urgent = engine.submit(plugin, null, { resources: 'camera', priority: 5 });
    await rest();
    expect(urgent.waitingFor).toEqual({ reason: 'concurrency', limit: 2 });
  });

  it('names the abandoned attempt that has a resource', async () => {
    const { engine, clock } = await startEngine();
    const deaf = pluginOf(
      { process: () => new Promise(() => {}) },
      { name: 'test.deaf', resources: 'motor' },
    );
    const ignored = engine.submit(deaf);
    await clock.advance(0);
    void ignored.cancel({ graceMs: 1 });
    await clock.advance(1);
    const next = engine.submit(turnstile().plugin, null, { resources: 'motor' });
    await clock.advance(0);
    expect(next.waitingFor).toEqual({
      reason: 'resource',
      resources: [{ name: 'motor', units: 1, heldBy: [ignored.id] }],
    });
  });

  it('names who holds it, and why', async () => {
    const { engine } = await startEngine();
    const { plugin } = turnstile();
    const by = { who: 'ada', via: 'library' };
    const held = engine.submit(plugin, null, { hold: true, by, note: 'wait for the sample' });
    expect(held.waitingFor).toEqual({ reason: 'hold', by, note: 'wait for the sample' });
    const later = engine.submit(plugin, null, { delayMs: 60_000 });
    await later.suspend({ by, reason: 'beam down' });
    expect(later.waitingFor).toEqual({ reason: 'hold', by, note: 'beam down' });
    await later.resume();
    expect(later.waitingFor).toMatchObject({ reason: 'schedule' });
  });

  it('names the moment of a delay and of the next attempt', async () => {
    const { engine, clock } = await startEngine();
    const failing = pluginOf(
      {
        process: () => {
          throw new Error('no beam');
        },
      },
      { name: 'test.failing' },
    );
    const retries = { max: 3, baseMs: 100, jitter: 0 };
    const handle = engine.submit(failing, null, { delayMs: 500, retries });
    expect(handle.waitingFor).toEqual({ reason: 'schedule', until: 1_000_500 });
    await clock.advance(500);
    expect(handle.waitingFor).toEqual({ reason: 'retry', until: 1_000_600, attempt: 2 });
    await clock.advance(100);
    expect(handle.waitingFor).toEqual({ reason: 'retry', until: 1_000_800, attempt: 3 });
  });

  it('names the tasks that its code waits for, and then the slot it needs to go on', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const { plugin, letGo } = turnstile();
    const ended = deferred<void>();
    const children = [1, 2].map(() => engine.submit(plugin, null, { hold: true }));
    const parent = engine.submit(
      pluginOf(
        {
          process: async ({ waitFor }) => {
            await Promise.all(children.flatMap(({ id }) => [waitFor(id), waitFor(id)]));
            ended.resolve();
          },
        },
        { name: 'test.parent' },
      ),
    );
    await rest();
    const ids = children.map(({ id }) => id);
    expect([parent.state, parent.waitingFor]).toEqual([
      'running',
      { reason: 'dependency', tasks: ids },
    ]);
    const [a, b] = children;
    for (const child of [a, b]) {
      await child?.resume();
      await rest();
      if (child === b) break;
      letGo(...(child === undefined ? [] : [child]));
      await rest();
      expect(parent.waitingFor).toEqual({ reason: 'dependency', tasks: [b?.id] });
    }
    await b?.cancel();
    expect(parent.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
    await ended.promise;
    expect(parent.waitingFor).toBeNull();
  });
});
