import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { describeTaskStore } from './contract.ts';
import { openingOf, personsEvent, settleRow, statusEvent, taskRow } from './rows.ts';

describeTaskStore('memoryStore', { make: () => memoryStore(), again: (store) => store });

describe('memoryStore', () => {
  it('does not survive the process, and says so', () => {
    expect(memoryStore().isDurable).toBe(false);
  });

  it.each([{ retain: 5 }, null, 5])('is refused with the options %j', (options) => {
    expect(() => memoryStore(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('is done when it returns: nobody waits for it', async () => {
    const store = memoryStore();
    expect(store.open(openingOf())).toEqual({ nextId: 1, nextSeq: 1 });
    expect(store.commit([taskRow(1), settleRow(1)])).toBeUndefined();
    expect(store.lookup(1)).toMatchObject({ found: 'task' });
    await store.close();
  });

  it('keeps the last 10,000 settled tasks', async () => {
    const store = memoryStore();
    for (let id = 1; id <= 10_001; id += 1) await store.commit([taskRow(id), settleRow(id)]);
    expect(await store.lookup(1)).toEqual({ found: 'forgotten' });
    expect(await store.lookup(2)).toMatchObject({ found: 'task' });
  });

  it('keeps as many as it is made for, and as the engine says before that', async () => {
    const store = memoryStore({ retention: { settled: 1 } });
    await store.commit([taskRow(1), settleRow(1), taskRow(2), settleRow(2)]);
    expect(await store.lookup(1)).toEqual({ found: 'forgotten' });
    await store.open(openingOf({ retention: { settled: 2 } }));
    await store.commit([taskRow(3), settleRow(3)]);
    expect(await store.lookup(2)).toMatchObject({ found: 'task' });
  });

  it('keeps the last 10,000 events that people caused, and none of the others', async () => {
    const store = memoryStore();
    for (let seq = 1; seq <= 25_000; seq += 1) await store.commit([personsEvent(seq, 1)]);
    await store.commit([statusEvent(25_001, 1)]);
    const events = await store.events({ limit: 50_000 });
    expect(events.length).toBeLessThan(20_000);
    expect([events[0]?.seq ?? 0, events.at(-1)?.seq]).toEqual([25_000 - events.length + 1, 25_000]);
    expect(events.length).toBeGreaterThanOrEqual(10_000);
  });

  it.each([-1, 1.5, Number.NaN])('refuses to keep %s tasks', (settled) => {
    expect(() => memoryStore({ retention: { settled } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
