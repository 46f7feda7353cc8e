import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { describeTaskStore, settleRow, taskRow } from './contract.ts';

describeTaskStore('memoryStore', () => memoryStore());

describe('memoryStore', () => {
  it('does not survive the process, and says so', () => {
    expect(memoryStore().isDurable).toBe(false);
  });

  it('is done when it returns: nobody waits for it', async () => {
    const store = memoryStore();
    expect(store.open({})).toEqual({ nextId: 1 });
    expect(store.commit([taskRow(1), settleRow(1)])).toBeUndefined();
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
    await store.open({ retention: { settled: 2 } });
    await store.commit([taskRow(3), settleRow(3)]);
    expect(await store.lookup(2)).toMatchObject({ found: 'task' });
  });

  it.each([-1, 1.5, Number.NaN])('refuses to keep %s tasks', (settled) => {
    expect(() => memoryStore({ retention: { settled } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
