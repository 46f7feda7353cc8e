import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, pluginOf, startEngine, untilAborted } from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};

describe('SubmitOptions.signal', () => {
  afterEach(closeEngines);

  it('cancels the task when it aborts', async () => {
    const { engine, rest } = await startEngine();
    const stop = new AbortController();
    const handle = engine.submit(pluginOf({ process: untilAborted }), null, {
      signal: stop.signal,
    });
    await rest();
    stop.abort(new Error('shift is over'));
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      error: { message: 'The task was cancelled: shift is over.' },
    });
  });

  it.each([{}, { delayMs: 1_000 }, { hold: true }, { deadlineMs: 1_000 }])(
    'cancels at once when it has aborted already, with %o',
    async (options) => {
      const { engine, clock } = await startEngine();
      const handle = engine.submit(pluginOf({ process: fail }), 5, {
        ...options,
        signal: AbortSignal.abort(new Error('too late')),
      });
      expect(await handle.result()).toMatchObject({ taskStatus: 'cancelled', attempts: 0 });
      expect(clock.pending).toBe(0);
      await handle.accepted;
      const kept = await engine.tasks.get(handle.id);
      expect([kept.status, kept.input]).toEqual(['cancelled', 5]);
      await engine.whenIdle();
    },
  );

  it('is not listened to any more once the task has ended', async () => {
    const { engine } = await startEngine();
    const stop = new AbortController();
    const handle = engine.submit(pluginOf({}), null, { signal: stop.signal });
    await handle.result();
    stop.abort();
    expect((await handle.result()).taskStatus).toBe('completed');
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
