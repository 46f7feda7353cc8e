import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import type { Engine, TaskEvent } from '../../src/index.ts';
import { pluginOf, untilAborted } from '../support/engine-under-test.ts';
import { folderOf, startDurable } from '../support/durable-engine.ts';

const ann = { who: 'ann', role: 'operator', via: 'http', from: '10.0.0.7' };
const bob = { who: 'bob', role: 'user', via: 'cli' };

const what = (event: TaskEvent): string => {
  const deed =
    event.type === 'status' ? event.state : 'message' in event ? event.message : event.type;
  return `${event.by?.who ?? 'nobody'}: ${deed}${event.reason === undefined ? '' : ` (${event.reason})`}`;
};

const plugin = pluginOf({ process: untilAborted }, { name: 'test.work' });

async function doSomething(engine: Engine): Promise<void> {
  const handle = engine.submit(plugin, null, { by: bob, hold: true });
  await handle.resume({ by: ann, reason: 'beam is back' });
  await expect.poll(() => handle.state).toBe('running');
  await handle.cancel({ by: bob, reason: 'wrong sample' });
  await engine.submit(plugin, null, { hold: true }).cancel();
}

describe('Engine.audit', () => {
  it('tells who did what and why, in its order, also in the next engine', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, { plugins: [plugin] });
    await doSomething(first.engine);
    const deeds = [
      'bob: pending',
      'ann: released (beam is back)',
      'bob: cancel asked (wrong sample)',
      'bob: cancelled (wrong sample)',
    ];
    const events = await first.engine.audit();
    expect(events.map(what)).toEqual(deeds);
    await first.close();
    const next = await startDurable(folder, { plugins: [plugin] });
    expect(await next.engine.audit()).toEqual(events);
  });

  it('is filtered by who, how, what and when', async () => {
    const { engine } = await startDurable(await folderOf(), { plugins: [plugin] });
    await doSomething(engine);
    const deedsOf = async (filter: Parameters<Engine['audit']>[0]) =>
      (await engine.audit(filter)).map(what);
    const released = 'ann: released (beam is back)';
    expect(await deedsOf({ who: 'ann' })).toEqual([released]);
    expect(await deedsOf({ role: 'operator' })).toEqual([released]);
    expect(await deedsOf({ via: 'http' })).toEqual([released]);
    expect(await deedsOf({ from: '10.0.0.7' })).toEqual([released]);
    expect(await deedsOf({ types: ['status'], who: 'bob' })).toHaveLength(2);
    expect(await deedsOf({ limit: 1 })).toEqual(['bob: pending']);
    const [, second] = await engine.audit();
    expect(await deedsOf({ afterSeq: second?.seq ?? 0 })).toHaveLength(2);
    expect(await deedsOf({ taskId: 2 })).toEqual([]);
    expect(await deedsOf({ until: 0 })).toEqual([]);
  });

  it('tells who asked for a supervisor’s restart', async () => {
    const engine = createEngine();
    await engine.start();
    await engine.supervisors.restart('root/tasks', { by: ann, reason: 'stuck' });
    expect(await engine.audit()).toMatchObject([
      { type: 'alarm', source: 'supervisor:root/tasks', by: ann, reason: 'stuck' },
    ]);
    await engine.close();
  });

  it.each([
    ['taskId', 0],
    ['types', ['end']],
    ['who', 5],
    ['since', 'today'],
    ['afterSeq', -1],
    ['limit', 0],
    ['whom', 'ann'],
  ])('refuses %s %j by name', async (name, value) => {
    const engine = createEngine();
    await engine.start();
    await expect(engine.audit({ [name]: value })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(name) as string,
    });
    await engine.close();
  });
});
