import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/kernel/logger.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { StoreWriter } from '../../src/engine/store-writer.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { useFolder } from './programs.ts';
import { openingOf, settleRow, taskRow } from './rows.ts';

describe('rows that were asked for one after the other', () => {
  const at = useFolder();

  it('are not written before those whose transaction failed', async () => {
    const store = sqliteStore(at('order.db'));
    await store.open(openingOf());
    await store.commit([taskRow(1)]);
    const bad = store.commit([taskRow(1), taskRow(2)]);
    const next = store.commit([settleRow(2)]);
    await expect(bad).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    await expect(next).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    await store.commit([taskRow(2)]);
    await store.commit([settleRow(2)]);
    expect(await store.lookup(2)).toMatchObject({ result: { taskId: 2 } });
    await store.close();
  });

  it('are all there when each has been tried alone', async () => {
    const store = sqliteStore(at('alone.db'));
    await store.open(openingOf());
    await store.commit([taskRow(1)]);
    const writer = new StoreWriter({
      store,
      clock: simulatedClock(),
      logger: silentLogger,
      follow: null,
      failing: () => {},
    });
    const errors: unknown[] = [];
    const tell = (error: unknown): void => void errors.push(error);
    writer.write([taskRow(1)], tell);
    writer.write([taskRow(2)], tell);
    await new Promise((resolve) => setImmediate(resolve));
    writer.write([settleRow(2)], tell);
    await writer.flush();
    expect(errors).toEqual([expect.objectContaining({ code: 'STORE_WRITE_FAILED' }), null, null]);
    expect(await store.lookup(2)).toMatchObject({ result: { taskId: 2 } });
    await store.close();
  });
});
