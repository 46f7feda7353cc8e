import { afterEach, describe, expect, it } from 'vitest';
import {
  closeEngines,
  forEver,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

const plain = pluginOf({}, { name: 'test.plain' });
const endless = pluginOf({ process: untilAborted }, { name: 'test.endless' });
const enduring = pluginOf({ process: untilAborted }, { name: 'test.enduring', enduring: true });
const enduringPlain = pluginOf({}, { name: 'test.enduringPlain', enduring: true });
const ada = { who: 'ada' };

describe.each(storeKinds)('Engine.tasks.reset on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('ends what is not enduring, removes it, and says what it did', async () => {
    const { engine } = await startEngine(options());
    const removed: number[] = [];
    const ended: string[] = [];
    engine.tasks.on('remove', ({ id }) => removed.push(id));
    engine.tasks.on('end', ({ id, status }) => ended.push(`${id} ${status}`));
    const done = engine.submit(plain);
    const kept = engine.submit(enduringPlain);
    await Promise.all([done.result(), kept.result()]);
    const running = engine.submit(endless);
    const lasting = engine.submit(enduring);
    const held = engine.submit(plain, null, { hold: true });
    await expect.poll(() => [running.status, lasting.status]).toEqual(['running', 'running']);
    const answer = await engine.tasks.reset({ by: ada, reason: 'a new session' });
    expect(answer).toEqual({
      ended: [running.id, held.id],
      removed: 3,
      enduring: [lasting.id],
      awaiting: [],
    });
    expect((await engine.tasks.list()).map(({ id }) => id)).toEqual([lasting.id, kept.id]);
    expect((await running.result()).error?.message).toContain('a new session');
    expect(removed.toSorted((a, b) => a - b)).toEqual([1, 3, 5]);
    expect(ended).toContain(`${running.id} cancelled`);
    expect(lasting.status).toBe('running');
    expect(await engine.tasks.reset()).toEqual({
      ended: [],
      removed: 0,
      enduring: [lasting.id],
      awaiting: [],
    });
  });

  it('lets nobody find what it removed, although a handle and a listener knew it', async () => {
    const { engine } = await startEngine(options());
    const removed: unknown[] = [];
    engine.tasks.on('remove', (handle) => removed.push(handle));
    const done = engine.submit(plain);
    const running = engine.submit(endless);
    await done.result();
    await expect.poll(() => running.status).toBe('running');
    await engine.tasks.reset();
    expect(removed).toHaveLength(2);
    for (const { id } of [done, running]) {
      await expect(engine.tasks.get(id)).rejects.toMatchObject({ code: 'TASK_FORGOTTEN' });
      await expect(engine.tasks.rerun(id)).rejects.toMatchObject({ code: 'TASK_FORGOTTEN' });
    }
  });

  it('leaves alone what is submitted meanwhile', async () => {
    const { engine } = await startEngine(options());
    const parting = pluginOf(
      {
        process: untilAborted,
        teardown: () => engine.submit(plain).result(),
      },
      { name: 'test.parting' },
    );
    const handle = engine.submit(parting);
    await expect.poll(() => handle.status).toBe('running');
    expect(await engine.tasks.reset()).toMatchObject({ ended: [1], removed: 1 });
    expect((await engine.tasks.list()).map(({ id, status }) => [id, status])).toEqual([
      [2, 'completed'],
    ]);
  });

  it('removes more than are looked through at once', async () => {
    const { engine } = await startEngine(options());
    for (let count = 0; count < 1_100; count += 1) engine.submit(plain);
    const last = engine.submit(enduringPlain);
    await engine.whenIdle();
    expect((await engine.tasks.reset()).removed).toBe(1_100);
    expect((await engine.tasks.list()).map(({ id }) => id)).toEqual([last.id]);
  });

  it('does not wait longer than the grace for code that ignores it', async () => {
    const { engine, clock } = await startEngine({ ...options(), graceMs: 5 });
    const deaf = engine.submit(pluginOf({ process: forEver }, { name: 'test.deaf' }));
    await expect.poll(() => deaf.status).toBe('running');
    const resetting = engine.tasks.reset();
    await clock.advance(10_000);
    expect((await resetting).ended).toEqual([deaf.id]);
    expect(engine.tasks.abandoned()).toHaveLength(1);
  });
});

describe('Engine.tasks.reset', () => {
  afterEach(closeEngines);

  it('needs a running engine', async () => {
    const { engine, shut } = await startEngine();
    await shut();
    await expect(engine.tasks.reset()).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });

  it.each([null, 'ada', { who: 'ada' }, { by: 'ada' }, { by: { who: '' } }, { reason: 5 }])(
    'refuses the request %o, and ends nothing',
    async (request) => {
      const { engine } = await startEngine();
      const handle = engine.submit(plain, null, { hold: true });
      const refused = { code: 'INVALID_OPTION' };
      await expect(engine.tasks.reset(request as never)).rejects.toMatchObject(refused);
      await expect(engine.tasks.restore('x', request as never)).rejects.toMatchObject(refused);
      expect(handle.status).toBe('pending');
    },
  );
});
