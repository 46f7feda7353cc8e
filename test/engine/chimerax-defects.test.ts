import { afterEach, describe, expect, it } from 'vitest';
import type { TaskHandle } from '../../src/index.ts';
import {
  closeEngines,
  forEver,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

/** What ChimeraX's task registry did wrong, and what happens here in its place. */

const instant = pluginOf({}, { name: 'test.instant' });
const endless = pluginOf({ process: untilAborted }, { name: 'test.endless' });
const failing = pluginOf(
  {
    process: () => {
      throw Object.assign(new Error('no beam'), { code: 'BEAM_LOST' });
    },
  },
  { name: 'test.failing' },
);

/** Resolves in a later turn of the event loop, when `end` listeners have been told. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function settled(handle: TaskHandle): Promise<void> {
  await handle.result();
  await nextTurn();
  await nextTurn();
}

describe.each(storeKinds)('the registry on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('ends each of 300 tasks that finish at once, exactly once, with its outcome', async () => {
    const { engine } = await startEngine(options());
    const ends: [number, string][] = [];
    engine.tasks.on('end', ({ id, status }) => ends.push([id, status]));
    const handles = Array.from({ length: 300 }, () => engine.submit(instant));
    await Promise.all(handles.map((handle) => handle.result()));
    await nextTurn();
    await nextTurn();
    expect(ends.toSorted(([a], [b]) => a - b)).toEqual(handles.map(({ id }) => [id, 'completed']));
    expect(handles.every(({ state }) => state === 'completed')).toBe(true);
  });

  it.each([
    ['completed', instant, {}],
    ['failed', failing, {}],
    ['timedout', endless, { timeoutMs: 1 }],
    ['cancelled', endless, {}],
  ] as const)(
    'tells of one end of a task that %s, and when it was',
    async (status, plugin, limit) => {
      const { engine, clock } = await startEngine(options());
      const ends: TaskHandle[] = [];
      engine.tasks.on('end', (handle) => ends.push(handle));
      const handle = engine.submit(plugin, null, limit);
      if (status === 'cancelled') await handle.cancel();
      await clock.advance(10);
      await settled(handle);
      expect(ends).toEqual([handle]);
      expect(handle.status).toBe(status);
      expect(handle.endedAt).toBe((await handle.result()).times.endedAt);
      expect(handle.runtimeMs).toBe(
        (handle.endedAt ?? 0) - (handle.startedAt ?? handle.endedAt ?? 0),
      );
    },
  );

  it('keeps a failure, whatever teardown does after it', async () => {
    const { engine } = await startEngine(options());
    const plugin = pluginOf(
      {
        process: () => {
          throw Object.assign(new Error('launch refused'), { code: 'LAUNCH' });
        },
        teardown: () => {
          throw new Error('too late');
        },
      },
      { name: 'test.failsTwice' },
    );
    const handle = engine.submit(plugin);
    const seen: string[] = [];
    engine.tasks.on('update', ({ state }) => seen.push(state));
    expect((await handle.result()).error).toMatchObject({ code: 'LAUNCH', phase: 'process' });
    await settled(handle);
    expect([handle.status, seen.includes('completed')]).toEqual(['failed', false]);
  });

  it('ends a pending task that is cancelled, which was pending for ever', async () => {
    const { engine } = await startEngine(options());
    const ends: string[] = [];
    engine.tasks.on('end', ({ status }) => ends.push(status));
    const handle = engine.submit(instant, null, { hold: true });
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
    await settled(handle);
    expect(ends).toEqual(['cancelled']);
    expect(handle.runtimeMs).toBe(0);
  });

  it('takes a second cancel, and a second clean, for no error', async () => {
    const { engine } = await startEngine(options());
    const handle = engine.submit(endless);
    await Promise.all([handle.cancel(), handle.cancel()]);
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
    await engine.tasks.clean(handle.id);
    await engine.tasks.clean(handle.id);
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
    await expect(engine.tasks.clean(999)).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
  });

  it('keeps failed and cancelled tasks in the list', async () => {
    const { engine } = await startEngine(options());
    const failed = engine.submit(failing);
    const cancelled = engine.submit(endless);
    await cancelled.cancel();
    await failed.result();
    const listed = await engine.tasks.list();
    expect(listed.map(({ id, status }) => [id, status])).toEqual([
      [cancelled.id, 'cancelled'],
      [failed.id, 'failed'],
    ]);
  });

  it('gives an id once, also after tasks were removed', async () => {
    const { engine } = await startEngine(options());
    const before = [engine.submit(instant), engine.submit(instant)];
    await engine.whenIdle();
    await engine.tasks.reset();
    await expect(engine.tasks.get(before[0]?.id ?? 0)).rejects.toMatchObject({
      code: 'TASK_FORGOTTEN',
    });
    expect(engine.submit(instant).id).toBe(3);
  });
});

describe('listeners of the registry', () => {
  afterEach(closeEngines);

  it('are called in the order in which they came', async () => {
    const { engine } = await startEngine();
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) engine.tasks.on('add', () => seen.push(name));
    engine.submit(instant);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it.each(['add', 'end'] as const)(
    'that come while "%s" is told hear the next one',
    async (event) => {
      const { engine } = await startEngine();
      const seen: string[] = [];
      const stop = engine.tasks.on(event, () => {
        stop();
        engine.tasks.on(event, ({ id }) => seen.push(`late ${id}`));
      });
      await settled(engine.submit(instant));
      expect(seen).toEqual([]);
      await settled(engine.submit(instant));
      expect(seen).toEqual(['late 2']);
    },
  );

  it.each(['add', 'end'] as const)(
    'that go while "%s" is told are passed by at once',
    async (event) => {
      const { engine } = await startEngine();
      const seen: string[] = [];
      const stops: (() => void)[] = [];
      engine.tasks.on(event, () => {
        seen.push('a');
        for (const stop of stops) stop();
      });
      stops.push(engine.tasks.on(event, () => seen.push('b')));
      stops.push(engine.tasks.on(event, () => seen.push('c')));
      await settled(engine.submit(instant));
      expect(seen).toEqual(['a']);
    },
  );

  it('that begin to listen after an end hear nothing of it', async () => {
    const { engine } = await startEngine();
    engine.tasks.on('end', () => {});
    const handle = engine.submit(instant);
    await handle.result();
    const seen: number[] = [];
    engine.tasks.on('end', ({ id }) => seen.push(id));
    await settled(handle);
    expect(seen).toEqual([]);
  });

  it.each(['add', 'update', 'end', 'remove'] as const)(
    'of "%s" that throw or reject are reported, and the others still run',
    async (event) => {
      const { engine, lines } = await startEngine({ retention: { settled: 0 } });
      const seen: string[] = [];
      engine.tasks.on(event, () => {
        throw new Error('is broken');
      });
      engine.tasks.on(event, () => Promise.reject(new Error('is broken later')));
      engine.tasks.on(event, () => seen.push(event));
      await settled(engine.submit(instant));
      await nextTurn();
      expect(seen).toContain(event);
      const logged = lines.map(({ message }) => message);
      expect(logged).toContain(`a listener to "${event}" threw: is broken`);
      expect(logged).toContain(`a listener to "${event}" threw: is broken later`);
    },
  );

  it('are not waited for', async () => {
    const { engine } = await startEngine();
    engine.tasks.on('end', forEver);
    await settled(engine.submit(instant));
    await engine.whenIdle();
  });

  it('find the result there when the end is told', async () => {
    const { engine } = await startEngine();
    const found: unknown[] = [];
    engine.tasks.on('end', async (handle) => {
      found.push(handle.status, (await handle.result()).taskStatus);
      found.push((await engine.tasks.get(handle.id)).status);
    });
    const handle = engine.submit(instant);
    await settled(handle);
    await nextTurn();
    expect(found).toEqual(['completed', 'completed', 'completed']);
  });

  it('hear of a removal after the end, also when nothing is kept', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const seen: string[] = [];
    engine.tasks.on('remove', ({ id, status }) => seen.push(`remove ${id} ${status}`));
    engine.tasks.on('end', ({ id }) => seen.push(`end ${id}`));
    await settled(engine.submit(instant));
    await nextTurn();
    expect(seen).toEqual(['end 1', 'remove 1 completed']);
  });
});
