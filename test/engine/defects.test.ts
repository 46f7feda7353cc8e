import { afterEach, describe, expect, it } from 'vitest';
import type { Clock, TaskEvent } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import {
  closeEngines,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

/** A clock that cannot keep one length of time: a fault in the engine's own inside. */
function clockWithout(delayMs: number): Clock {
  const clock = simulatedClock();
  return {
    ...clock,
    setTimeout: (callback, ms) => {
      if (ms === delayMs) throw new Error('the clock is broken');
      return clock.setTimeout(callback, ms);
    },
  };
}

describe('a defect of the engine', () => {
  afterEach(closeEngines);

  it('fails the one task that it strikes, and raises an alarm', async () => {
    const { engine, rest } = await startEngine({ clock: clockWithout(77) });
    const alarms: TaskEvent[] = [];
    engine.events$.subscribe((event) => void (event.type === 'alarm' && alarms.push(event)));
    const plugin = pluginOf({ process: untilAborted });
    const struck = engine.submit(plugin);
    const spared = engine.submit(plugin);
    await rest();
    expect(await struck.cancel({ graceMs: 77 })).toMatchObject({ status: 'failed' });
    expect(await struck.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'ENGINE_DEFECT', message: expect.stringContaining('the clock is broken') },
    });
    expect(alarms).toMatchObject([{ taskId: struck.id, source: 'pool' }]);
    expect(await spared.cancel()).toMatchObject({ status: 'cancelled' });
    expect((await engine.submit(pluginOf({}, { name: 'test.next' })).result()).taskStatus).toBe(
      'completed',
    );
  });

  it('stops the task’s code, and keeps its resources until that has ended', async () => {
    const { engine, rest } = await startEngine({ clock: clockWithout(77) });
    const work = deferred<void>();
    let isTornDown = false;
    const plugin = pluginOf(
      {
        process: () => work.promise,
        teardown: () => {
          isTornDown = true;
        },
      },
      { resources: 'motor' },
    );
    const handle = engine.submit(plugin);
    await rest();
    await handle.cancel({ graceMs: 77 });
    expect(engine.tasks.abandoned()).toMatchObject([{ taskId: handle.id }]);
    expect(engine.resources.list()).toMatchObject([{ name: 'motor', inUse: 1 }]);
    work.resolve();
    await rest();
    expect([isTornDown, engine.tasks.abandoned(), engine.resources.list()]).toEqual([true, [], []]);
  });

  it('that comes before the attempt could begin is that attempt’s failure', async () => {
    const { engine } = await startEngine({ clock: clockWithout(77) });
    const handle = engine.submit(pluginOf({}), null, { timeoutMs: 77 });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      error: { message: 'the clock is broken', phase: 'setup' },
    });
    expect(statesOf(handle)).toEqual(['pending', 'starting', 'stopping', 'failed']);
  });
});
