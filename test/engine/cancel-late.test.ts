import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import {
  closeEngines,
  eventsOf,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};

describe('TaskHandle.cancel, late,', () => {
  afterEach(closeEngines);

  describe('of a task that cleans up', () => {
    const stopping = async (process: () => unknown, retries: number) => {
      const started = await startEngine();
      const cleaned = deferred<void>();
      const plugin = pluginOf({ process, teardown: () => cleaned.promise });
      const handle = started.engine.submit(plugin, null, { retries });
      await started.rest();
      expect(handle.state).toBe('stopping');
      return { ...started, handle, cleaned };
    };

    it('comes too late for work that is done', async () => {
      const { handle, cleaned } = await stopping(() => 1, 3);
      const answer = handle.cancel({ by: { who: 'ada' } });
      cleaned.resolve();
      expect(await answer).toMatchObject({ acknowledgedBy: 'nobody', status: 'completed' });
      expect(eventsOf(handle).at(-1)).not.toHaveProperty('by');
    });

    it('comes too late for work that has failed for good', async () => {
      const { handle, cleaned } = await stopping(fail, 0);
      const answer = handle.cancel();
      cleaned.resolve();
      expect(await answer).toMatchObject({ acknowledgedBy: 'nobody', status: 'failed' });
    });

    it('lets no retry follow', async () => {
      const { handle, cleaned, clock } = await stopping(fail, 3);
      const answer = handle.cancel();
      cleaned.resolve();
      expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', status: 'cancelled' });
      expect(await handle.result()).toMatchObject({ attempts: 1, error: { message: 'no beam' } });
      expect(clock.pending).toBe(0);
    });

    it('lets no retry follow when only the teardown fails', async () => {
      const { handle, cleaned } = await stopping(() => 1, 3);
      const answer = handle.cancel();
      cleaned.reject(new Error('no teardown'));
      expect(await answer).toMatchObject({ acknowledgedBy: 'nobody', status: 'failed' });
      expect(await handle.result()).toMatchObject({ attempts: 1, error: { phase: 'teardown' } });
    });
  });

  describe('of a task that has ended', () => {
    it('is answered, and changes nothing', async () => {
      const { engine } = await startEngine();
      const handle = engine.submit(pluginOf({}));
      const result = await handle.result();
      const answer = await handle.cancel({ reason: 'late' });
      expect(answer).toEqual({ acknowledgedBy: 'nobody', elapsedMs: 0, status: 'completed' });
      expect(await handle.result()).toBe(result);
    });

    it('tells who had stopped it', async () => {
      const { engine, rest } = await startEngine();
      const handle = engine.submit(pluginOf({ process: untilAborted }));
      await rest();
      await handle.cancel();
      expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
    });
  });
});
