import { afterEach, describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

afterEach(closeEngines);

const ann = { who: 'ann', role: 'operator', via: 'library' };
const bob = { who: 'bob' };

const asked = (events: readonly TaskEvent[]) =>
  events
    .filter(({ by }) => by !== undefined)
    .map((event) => ({
      what: event.type === 'status' ? event.state : event.type === 'log' ? event.message : '',
      who: event.by?.who,
      reason: event.reason,
    }));

describe('who asked for something', () => {
  it('stands in the events of submission, hold, release and cancel, and in no other', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const events: TaskEvent[] = [];
    engine.events$.subscribe((event) => events.push(event));
    const plugin = pluginOf({
      process: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const handle = engine.submit(plugin, {}, { by: ann, note: 'night run', tags: ['mo'] });
    await handle.suspend({ by: bob, reason: 'door open' });
    await handle.resume({ by: ann, reason: 'door shut' });
    await rest();
    await handle.cancel({ by: bob, reason: 'beam off' });
    expect(asked(events)).toEqual([
      { what: 'pending', who: 'ann', reason: undefined },
      { what: 'held', who: 'bob', reason: 'door open' },
      { what: 'released', who: 'ann', reason: 'door shut' },
      { what: 'cancel asked', who: 'bob', reason: 'beam off' },
      { what: 'cancelled', who: 'bob', reason: 'beam off' },
    ]);
    expect([handle.by, handle.note, handle.tags]).toEqual([ann, 'night run', ['mo']]);
  });

  it.each([
    ['`by`', { by: 'ann' }],
    ['`by`', { by: {} }],
    ['`by`', { by: { who: '' } }],
    ['`by`', { by: { who: 'ann', role: 5 } }],
    ['`by`', { by: { who: 'ann', why: 'x' } }],
    ['`reason`', { reason: 5 }],
  ])('is refused by its name, %s, when it is none: %j', async (name, given) => {
    const { engine } = await startEngine();
    const plugin = pluginOf({});
    const handle = engine.submit(plugin, {}, { hold: true });
    const refused = { code: 'INVALID_OPTION', message: expect.stringContaining(name) as string };
    const request = given as never;
    expect(() => engine.submit(plugin, {}, request)).toThrow(expect.objectContaining(refused));
    await expect(handle.suspend(request)).rejects.toMatchObject(refused);
    await expect(handle.resume(request)).rejects.toMatchObject(refused);
    await expect(handle.cancel(request)).rejects.toMatchObject(refused);
    expect(handle.status).toBe('pending');
  });

  it('stands in the events of a running task that is suspended and resumed', async () => {
    const { engine, rest } = await startEngine();
    const plugin = pluginOf({
      process: async ({ pausePoint, messages }) => {
        for await (const message of messages) {
          await pausePoint();
          if (message !== null) return;
        }
      },
    });
    const handle = engine.submit(plugin, {});
    await rest();
    const suspended = handle.suspend({ by: ann, reason: 'lunch' });
    handle.send({ type: 'go' });
    await suspended;
    await handle.resume({ by: bob });
    const events: TaskEvent[] = [];
    handle.events$.subscribe((event) => events.push(event));
    await handle.result();
    expect(asked(events)).toEqual([
      { what: 'suspended', who: 'ann', reason: 'lunch' },
      { what: 'running', who: 'bob', reason: undefined },
    ]);
  });
});
