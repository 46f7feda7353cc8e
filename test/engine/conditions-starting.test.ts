import { afterEach, describe, expect, it } from 'vitest';
import { condition } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { problemsOf } from '../support/conditions.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  pluginOf,
  startEngine,
} from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

const quick = pluginOf({ process: () => 'done' });

describe('an attempt that has conditions', () => {
  afterEach(closeEngines);

  it('never starts on a value that was met only when the queue was entered', async () => {
    const { engine, clock, rest } = await startEngine({ concurrency: 1 });
    let isOn = true;
    let ran = 0;
    const beamOn = condition(
      () => isOn,
      (now) => now,
      { name: 'beam on' },
    );
    const work = gatedWork();
    const first = engine.submit(work.plugin, 1);
    await rest();
    const counted = pluginOf({ setup: () => void (ran += 1) }, { name: 'test.counted' });
    const handle = engine.submit(counted, null, { requires: [beamOn], resources: 'motor' });
    await rest();
    isOn = false;
    work.complete(1);
    await first.result();
    await rest();
    expect([ran, problemsOf(handle)]).toEqual([0, { 'beam on': 'unmet' }]);
    expect(await engine.submit(quick, null, { resources: 'motor' }).output()).toBe('done');
    isOn = true;
    await clock.advance(1_000);
    await handle.result();
    expect([ran, handle.attempt]).toEqual([1, 1]);
  });

  it('is withheld when the answer that its start waited for is another one', async () => {
    const { engine, clock, rest } = await startEngine({ concurrency: 1 });
    const answers = [deferred<boolean>(), deferred<boolean>(), deferred<boolean>()];
    let asked = 0;
    const beamOn = condition(
      () => answers[asked++]?.promise ?? true,
      (isOn) => isOn,
      { name: 'beam on' },
    );
    let ran = 0;
    const counted = pluginOf(
      { setup: () => void (ran += 1) },
      { name: 'test.counted', effect: 'unsafe' },
    );
    const handle = engine.submit(counted, null, { requires: [beamOn], resources: 'motor' });
    await rest();
    expect(problemsOf(handle)).toEqual({ 'beam on': 'unreadable' });
    answers[0]?.resolve(true);
    await rest();
    expect([asked, ran, handle.state]).toEqual([2, 0, 'starting']);
    answers[1]?.resolve(false);
    await rest();
    expect([ran, handle.state, handle.startedAt]).toEqual([0, 'pending', null]);
    expect(await engine.submit(quick, null, { resources: 'motor' }).output()).toBe('done');
    answers[2]?.resolve(true);
    await clock.advance(1_000);
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed' });
    expect(ran).toBe(1);
    expect(eventsOf(handle)).toContainEqual(
      expect.objectContaining({ type: 'attempt', outcome: 'interrupted' }),
    );
  });

  it('that is cancelled while its start waits for an answer calls nothing', async () => {
    const { engine, rest } = await startEngine();
    let asked = 0;
    const beamOn = condition(
      () => (asked++ === 0 ? true : forEver()),
      (isOn: boolean) => isOn,
      { name: 'beam on' },
    );
    let ran = 0;
    const counted = pluginOf({ setup: () => void (ran += 1) });
    const handle = engine.submit(counted, null, { requires: [beamOn] });
    await rest();
    expect([asked, handle.state]).toEqual([2, 'starting']);
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'runner', elapsedMs: 0 });
    expect([ran, handle.state]).toEqual([0, 'cancelled']);
  });
});
