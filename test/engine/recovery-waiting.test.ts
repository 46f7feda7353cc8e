import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import type { EngineOptions } from '../../src/index.ts';
import { eventsOf, logOf, pluginOf } from '../support/engine-under-test.ts';
import { processState } from '../runners/processes.ts';
import { crashScene, folderOf, startDurable } from '../support/durable-engine.ts';
import type { CrashSite } from '../support/durable-engine.ts';

const ann = { who: 'ann', role: 'operator', via: 'library' };
const bob = { who: 'bob' };
const hour = 3_600_000;

const again = pluginOf(
  { process: ({ attempt }) => `attempt ${attempt}` },
  { name: 'durable.idempotent' },
);

describe('a task that waited when its engine was killed', () => {
  let site: CrashSite;
  beforeAll(async () => {
    site = await crashScene('waiting');
  });
  afterAll(() => rm(site.directory, { recursive: true, force: true }));

  const restarted = async (options: EngineOptions = { plugins: [again] }) =>
    startDurable(await folderOf(site), options);

  it('is held as it was, by whom it was, and nothing of it is lost', async () => {
    const { handleOf } = await restarted();
    const handle = await handleOf('held');
    expect([handle.by, handle.note, handle.tags, handle.state]).toEqual([
      ann,
      'wait for beam',
      ['night'],
      'pending',
    ]);
    expect(handle.waitingFor).toEqual({ reason: 'hold', by: ann, note: 'wait for beam' });
    await handle.resume();
    expect(await handle.output()).toBe('attempt 1');
    expect(eventsOf(handle).filter(({ type }) => type === 'status')).toHaveLength(5);
  });

  it('is held by the last who held it', async () => {
    const { handleOf } = await restarted();
    const handle = await handleOf('freed');
    expect(handle.waitingFor).toEqual({ reason: 'hold', by: bob, note: 'not yet' });
    expect(logOf(handle)).toEqual(['released', 'held']);
  });

  it('is delayed until the same moment', async () => {
    const { handleOf, clock } = await restarted();
    const handle = await handleOf('delayed');
    expect(handle.waitingFor).toEqual({ reason: 'schedule', until: handle.submittedAt + hour });
    await clock.advance(hour);
    expect(await handle.output()).toBe('attempt 1');
  });

  it('backs off until the same moment, and has the retry that was left', async () => {
    const { handleOf, clock } = await restarted();
    const handle = await handleOf('retry');
    expect(handle.waitingFor).toMatchObject({ reason: 'retry', attempt: 2 });
    await clock.advance(2 * hour);
    expect(await handle.output()).toBe('attempt 2');
  });

  it('ends by a deadline that passed meanwhile, and by one that passes later', async () => {
    const { handleOf, clock } = await restarted();
    const ended = {
      taskStatus: 'timedout',
      error: { code: 'DEADLINE_EXCEEDED', phase: 'pending' },
    };
    expect(await (await handleOf('expired')).result()).toMatchObject(ended);
    const handle = await handleOf('deadline');
    await clock.advance(handle.submittedAt + hour - clock.now() - 1);
    expect(handle.state).toBe('pending');
    await clock.advance(1);
    expect(await handle.result()).toMatchObject(ended);
  });

  it('runs in its order', async () => {
    const ran: string[] = [];
    const told = pluginOf(
      { process: ({ id }) => void ran.push(names.get(id) ?? '') },
      { name: 'durable.idempotent' },
    );
    const { engine, handleOf } = await restarted({ plugins: [told], concurrency: 1 });
    const names = new Map((await engine.tasks.list()).map(({ id, name }) => [id, name]));
    const [low, high] = await Promise.all(['low', 'high'].map(handleOf));
    await Promise.all([low?.resume(), high?.resume()]);
    await Promise.all([low?.result(), high?.result()]);
    expect(ran.filter((name) => name === 'low' || name === 'high')).toEqual(['high', 'low']);
  });

  it('is the one that its idempotency key gives, also when it had settled', async () => {
    const { engine, handleOf } = await restarted();
    for (const name of ['settled', 'delayed']) {
      const handle = await handleOf(name);
      expect(engine.submit('durable.idempotent', {}, { idempotencyKey: name }).id).toBe(handle.id);
      expect(() =>
        engine.submit('durable.idempotent', { x: 1 }, { idempotencyKey: name }),
      ).toThrowError(expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' }));
    }
    const settled = engine.submit('durable.idempotent', {}, { idempotencyKey: 'settled' });
    expect(await settled.output()).toBe('done by the first engine');
  });

  it('has no key any more when that is too old', async () => {
    const { engine, handleOf } = await restarted({ plugins: [again], idempotencyTtlMs: 0 });
    const { id } = await handleOf('settled');
    expect(engine.submit('durable.idempotent', {}, { idempotencyKey: 'settled' }).id).not.toBe(id);
  });

  it('waits for its plugin where that is absent, and starts when it comes', async () => {
    const { engine, handleOf } = await restarted({});
    const handle = await handleOf('queued');
    expect([handle.state, handle.waitingFor]).toEqual([
      'pending',
      { reason: 'plugin', plugin: 'durable.idempotent' },
    ]);
    const low = await handleOf('low');
    await low.resume();
    expect(low.waitingFor).toMatchObject({ reason: 'plugin' });
    expect(await (await handleOf('high')).cancel()).toMatchObject({ status: 'cancelled' });
    await handle.suspend({ by: bob });
    expect(handle.waitingFor).toMatchObject({ reason: 'hold', by: bob });
    engine.plugins.register(again);
    expect(await low.output()).toBe('attempt 1');
    expect(handle.state).toBe('pending');
    await handle.resume();
    expect(await handle.output()).toBe('attempt 1');
  });

  it('fails where its plugin does not take its input any more', async () => {
    const plugin = definePlugin({
      name: 'durable.idempotent',
      effect: 'idempotent',
      input: z.object({ frames: z.number() }),
      process: () => null,
    });
    const { handleOf } = await restarted({ plugins: [plugin] });
    expect(await (await handleOf('queued')).result()).toMatchObject({
      taskStatus: 'failed',
      attempts: 1,
      error: { code: 'INVALID_INPUT', fields: [{ path: 'frames' }] },
    });
  });

  it('fails where it asks for more than there is now', async () => {
    const { handleOf } = await restarted({ plugins: [again], resources: { motor: 0 } });
    expect(await (await handleOf('queued')).result()).toMatchObject({
      taskStatus: 'failed',
      attempts: 0,
      error: { code: 'RESOURCE_TOO_SMALL', phase: 'pending' },
    });
  });
});

describe('a task that was being cancelled when its engine was killed', () => {
  let site: CrashSite;
  beforeAll(async () => {
    site = await crashScene('cancelling');
  });
  afterAll(() => rm(site.directory, { recursive: true, force: true }));

  it('ends cancelled, by whom and why it was asked, without another attempt', async () => {
    let runs = 0;
    const plugin = pluginOf({ process: () => (runs += 1) }, { name: 'durable.idempotent' });
    const { handleOf } = await startDurable(await folderOf(site), { plugins: [plugin] });
    const handle = await handleOf('idempotent');
    expect(await handle.result()).toMatchObject({ taskStatus: 'cancelled', attempts: 1 });
    expect(eventsOf(handle).at(-1)).toMatchObject({ by: bob, reason: 'beam off' });
    expect(runs).toBe(0);
  });

  it('waits for an operator when it is unsafe, and runs again if that is what is wanted', async () => {
    const folder = await folderOf(site);
    const { engine, handleOf, close } = await startDurable(folder);
    const handle = await handleOf('unsafe');
    expect(handle.state).toBe('awaitingOperator');
    expect(await engine.audit({ taskId: handle.id })).toMatchObject([
      { message: 'cancel asked', by: bob, reason: 'beam off' },
    ]);
    await engine.tasks.resolve(handle.id, 'rerun', { by: ann, reason: 'nothing had moved' });
    expect(handle.waitingFor).toMatchObject({ reason: 'plugin' });
    await close();

    const plugin = pluginOf({}, { name: 'durable.unsafe', effect: 'unsafe' });
    const next = await startDurable(folder, { plugins: [plugin] });
    const rerun = await next.handleOf('unsafe');
    expect(await rerun.result()).toMatchObject({ taskStatus: 'completed', attempts: 2 });
    expect(await next.engine.audit({ taskId: rerun.id, who: 'ann' })).toMatchObject([
      { state: 'pending', reason: 'nothing had moved' },
    ]);
  });
});

describe('a task that stood suspended when its engine was killed', () => {
  it('comes back held, and its deadline stood still', async () => {
    const site = await crashScene('suspended');
    const { handleOf, clock } = await startDurable(await folderOf(site), { plugins: [again] });
    await rm(site.directory, { recursive: true, force: true });
    const handle = await handleOf('suspended');
    expect(handle.waitingFor).toEqual({ reason: 'hold', by: ann, note: 'lunch' });
    await clock.advance(handle.submittedAt + hour - clock.now());
    expect(handle.state).toBe('pending');
    await handle.resume();
    expect(await handle.output()).toBe('attempt 2');
  });
});

describe('a child process that outlived its engine', () => {
  it('is ended before its task runs again', async () => {
    const site = await crashScene('process');
    const pid = Number(/pid (\d+)/.exec(site.lines.join())?.[1]);
    expect(pid).toBeGreaterThan(1);
    let found: string | null = 'not looked for';
    const plugin = pluginOf(
      { process: () => void (found = processState(pid)) },
      { name: 'durable.process' },
    );
    const { handleOf } = await startDurable(await folderOf(site), { plugins: [plugin] });
    await rm(site.directory, { recursive: true, force: true });
    expect((await (await handleOf('process')).result()).taskStatus).toBe('completed');
    expect(found).toBe(null);
  });
});
