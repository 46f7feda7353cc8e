import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PluginContext, TaskEvent } from '../../src/index.ts';
import { eventsOf, pluginOf } from '../support/engine-under-test.ts';
import { crashScene, folderOf, startDurable } from '../support/durable-engine.ts';
import type { CrashSite } from '../support/durable-engine.ts';

const bob = { who: 'bob', via: 'library' };
const seen = { by: bob, reason: 'looked at the motor' };

type Process = (context: PluginContext<unknown, unknown>) => unknown;

/** The plugins of the engine that comes after the crash. */
const pluginsWith = (process: Process, effects = ['idempotent', 'resumable', 'unsafe'] as const) =>
  effects.map((effect) => pluginOf({ process }, { name: `durable.${effect}`, effect }));

const plain = (): string => 'done again';

describe('a task that ran when its engine was killed', () => {
  let site: CrashSite;
  beforeAll(async () => {
    site = await crashScene('running');
  });
  afterAll(() => rm(site.directory, { recursive: true, force: true }));

  const restarted = async (process: Process = plain) => {
    const folder = await folderOf(site);
    const started = await startDurable(folder, { plugins: pluginsWith(process) });
    return { folder, ...started };
  };

  it('runs again when it is idempotent, as one task with all its events', async () => {
    const { handleOf } = await restarted();
    const handle = await handleOf('idempotent');
    expect(await handle.output()).toBe('done again');
    const { times, attempts } = await handle.result();
    const events = eventsOf(handle);
    const firstStart = events.find(({ type }) => type === 'attempt');
    expect(times.startedAt).toBeLessThanOrEqual(firstStart?.at ?? 0);
    expect(attempts).toBe(2);
    expect(
      events.flatMap((event) => {
        if (event.type === 'attempt') return [`${event.attempt} ${event.outcome}`];
        return event.type === 'status' ? [event.state] : [];
      }),
    ).toEqual([
      'pending',
      'starting',
      '1 started',
      'running',
      '1 interrupted',
      'pending',
      'starting',
      '2 started',
      'running',
      'stopping',
      '2 succeeded',
      'completed',
    ]);
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('has as many retries left as before', async () => {
    const { handleOf, clock } = await restarted(() => {
      throw new Error('no beam');
    });
    const handle = await handleOf('idempotent');
    await expect.poll(() => handle.waitingFor?.reason).toBe('retry');
    await clock.advance(1);
    expect(await handle.result()).toMatchObject({ taskStatus: 'failed', attempts: 3 });
  });

  it('goes on from its last checkpoint when it is resumable', async () => {
    const { handleOf } = await restarted(({ attempt, resumeFrom }) => ({ attempt, resumeFrom }));
    expect(await (await handleOf('resumable')).output()).toEqual({
      attempt: 2,
      resumeFrom: { step: 3 },
    });
  });

  it('waits for an operator when it is unsafe, and says so', async () => {
    const { engine, events, handleOf } = await restarted();
    const handle = await handleOf('unsafe');
    expect([handle.state, handle.status, handle.attempt]).toEqual([
      'awaitingOperator',
      'stopped',
      1,
    ]);
    expect(handle.waitingFor).toMatchObject({ reason: 'operator', code: 'AWAITING_OPERATOR' });
    expect(eventsOf(handle).at(-1)).toMatchObject({ type: 'status', state: 'awaitingOperator' });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'alarm', taskId: handle.id, source: 'recovery' }),
    );
    await expect(handle.result({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'WAIT_ABORTED',
    });
    expect(await engine.tasks.list({ status: 'stopped' })).toHaveLength(2);
  });

  it('keeps its resources and holds its dependants while it waits for an operator', async () => {
    const { engine, handleOf } = await restarted();
    const [unsafe, after, motor] = await Promise.all(['unsafe', 'after', 'motor'].map(handleOf));
    expect(after?.waitingFor).toEqual({ reason: 'dependency', tasks: [unsafe?.id] });
    expect(motor?.waitingFor).toEqual({
      reason: 'resource',
      resources: [{ name: 'motor', units: 1, heldBy: [unsafe?.id] }],
    });
    expect(engine.resources.list()).toMatchObject([
      { name: 'motor', heldBy: [{ taskId: unsafe?.id, why: 'it waits for an operator' }] },
    ]);
    await engine.tasks.resolve(unsafe?.id ?? 0, 'completed', { ...seen, output: 7 });
    expect(await after?.output()).toBe('done again');
    expect(await motor?.output()).toBe('done again');
  });

  it('counts for nothing in whenIdle while it waits for an operator', async () => {
    const { engine, handleOf } = await restarted();
    const [after, motor] = await Promise.all(['after', 'motor'].map(handleOf));
    await Promise.all([after?.cancel(), motor?.cancel()]);
    await engine.whenIdle();
    expect((await handleOf('unsafe')).state).toBe('awaitingOperator');
  });

  it('runs again when an operator says so, with the resources that it gave back meanwhile', async () => {
    const { engine, handleOf } = await restarted(({ attempt }) => `attempt ${attempt}`);
    const { id } = await handleOf('unsafe');
    const handle = await engine.tasks.resolve(id, 'rerun', seen);
    expect(await handle.output()).toBe('attempt 2');
    await engine.whenIdle();
    expect(engine.resources.list()).toEqual([]);
  });

  it('has completed when an operator says so, with the output given', async () => {
    const { engine, handleOf } = await restarted();
    const { id } = await handleOf('unsafe');
    const waiting = (await handleOf('unsafe')).output();
    const handle = await engine.tasks.resolve(id, 'completed', { ...seen, output: { x: 7 } });
    expect([handle.state, await waiting]).toEqual(['completed', { x: 7 }]);
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'completed', ...seen });
  });

  it('has failed when an operator says so', async () => {
    const { engine, handleOf } = await restarted();
    const { id } = await handleOf('unsafe');
    const handle = await engine.tasks.resolve(id, 'failed', seen);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      attempts: 1,
      error: { code: 'AWAITING_OPERATOR' },
    });
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'failed', ...seen });
    expect(await engine.audit({ taskId: id, who: 'bob' })).toMatchObject([{ state: 'failed' }]);
  });

  it('can be cancelled instead', async () => {
    const { handleOf } = await restarted();
    const handle = await handleOf('unsafe');
    expect(await handle.cancel(seen)).toMatchObject({
      acknowledgedBy: 'queue',
      status: 'cancelled',
    });
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'cancelled', ...seen });
  });

  it.each([
    ['as', 'again', seen],
    ['by', 'failed', { reason: 'x' }],
    ['reason', 'failed', { by: bob, reason: ' ' }],
    ['output', 'failed', { ...seen, output: 5 }],
  ])('takes no decision with a bad %s', async (field, as, options) => {
    const { engine, handleOf } = await restarted();
    const { id } = await handleOf('unsafe');
    await expect(engine.tasks.resolve(id, as as 'failed', options as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`\`${field}\``) as string,
    });
    expect((await handleOf('unsafe')).state).toBe('awaitingOperator');
  });

  it('is decided once', async () => {
    const { engine, handleOf } = await restarted();
    const { id } = await handleOf('unsafe');
    const answers = await Promise.allSettled(
      (['rerun', 'failed', 'completed'] as const).map((as) => engine.tasks.resolve(id, as, seen)),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(engine.tasks.resolve(999, 'failed', seen)).rejects.toMatchObject({
      code: 'TASK_UNKNOWN',
    });
    const after = await handleOf('idempotent');
    await after.result();
    await expect(engine.tasks.resolve(after.id, 'failed', seen)).rejects.toMatchObject({
      code: 'TASK_NOT_AWAITING',
    });
  });

  it('waits for an operator also after further restarts, and tells of that once', async () => {
    const { folder, close } = await restarted();
    await close();
    const next = await startDurable(folder, { plugins: pluginsWith(plain) });
    const handle = await next.handleOf('unsafe');
    expect([handle.state, handle.attempt]).toEqual(['awaitingOperator', 1]);
    const told = eventsOf(handle).filter(
      (event: TaskEvent) => event.type === 'status' && event.state === 'awaitingOperator',
    );
    expect(told).toHaveLength(1);
    await next.engine.tasks.resolve(handle.id, 'rerun', seen);
    expect(await handle.output()).toBe('done again');
  });

  it('follows the stricter of its stored and its present effect', async () => {
    const folder = await folderOf(site);
    const effects = ['idempotent', 'resumable', 'unsafe'] as const;
    const plugins = effects.map((effect) =>
      pluginOf(
        { process: plain },
        {
          name: `durable.${effect}`,
          effect: effect === 'unsafe' ? 'idempotent' : 'unsafe',
        },
      ),
    );
    const { handleOf } = await startDurable(folder, { plugins });
    const states = await Promise.all(
      ['idempotent', 'resumable', 'unsafe', 'second'].map(
        async (name) => (await handleOf(name)).state,
      ),
    );
    expect(new Set(states)).toEqual(new Set(['awaitingOperator']));
  });

  it('gives no id and no sequence number twice', async () => {
    const { engine, events, handleOf } = await restarted();
    const earlier = await engine.tasks.list();
    const stored = (await Promise.all(earlier.map(({ name }) => handleOf(name)))).flatMap(eventsOf);
    const handle = engine.submit('durable.idempotent', {});
    await handle.result();
    const oldest = Math.max(...earlier.map(({ id }) => id));
    expect(handle.id).toBeGreaterThan(oldest);
    const before = stored.map(({ seq }) => seq).filter((seq) => !events.some((e) => e.seq === seq));
    expect(Math.min(...events.map(({ seq }) => seq))).toBeGreaterThan(Math.max(...before));
  });
});
