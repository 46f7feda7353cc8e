import { Observable, Subject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { condition, Plugin } from '../../src/index.ts';
import { doorIsOpen, doorOf, problemsOf } from '../support/conditions.ts';
import {
  closeEngines,
  makeEngine,
  pluginOf,
  startEngine,
  statesOf,
} from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

const quick = pluginOf({ process: () => 'done' });

describe('a pending task', () => {
  afterEach(closeEngines);

  it('waits for a condition of its submission, names its present value, and starts when it is met', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('open');
    const handle = engine.submit(quick, null, { requires: [door.closed] });
    await rest();
    expect([handle.state, handle.waitingFor]).toEqual([
      'pending',
      {
        reason: 'condition',
        conditions: [{ name: 'door closed', problem: 'unmet', message: doorIsOpen, value: 'open' }],
      },
    ]);
    door.move('closed');
    expect(await handle.output()).toBe('done');
    expect(door.listeners).toBe(0);
    expect(statesOf(handle)[1]).toBe('starting');
  });

  it('waits for the conditions of its plugin and of its submission', async () => {
    const { engine, clock, rest } = await startEngine();
    const door = doorOf('open');
    let isBeamOn = false;
    const beamOn = condition(
      () => isBeamOn,
      (isOn) => isOn,
      { name: 'beam on' },
    );
    class Scan extends Plugin {
      static override readonly pluginName = 'test.scan';
      static override readonly traits = { requires: [door.closed] };
      process() {
        return 'scanned';
      }
    }
    const handle = engine.submit(Scan, null, { requires: [beamOn, door.closed] });
    await rest();
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet', 'beam on': 'unmet' });
    isBeamOn = true;
    door.move('closed');
    expect(problemsOf(handle)).toEqual({ 'beam on': 'unmet' });
    await clock.advance(1_000);
    expect(await handle.output()).toBe('scanned');
  });

  it('holds no slot and no resources meanwhile', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const door = doorOf('open');
    const handle = engine.submit(quick, null, { requires: [door.closed], resources: 'motor' });
    await rest();
    expect(await engine.submit(quick, null, { resources: 'motor' }).output()).toBe('done');
    expect(handle.state).toBe('pending');
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('leaves the queue when a condition is not met any more, and comes back', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const door = doorOf('closed');
    const work = gatedWork();
    const first = engine.submit(work.plugin, 1);
    await rest();
    const handle = engine.submit(quick, null, { requires: [door.closed] });
    await rest();
    expect(handle.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
    door.move('open');
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet' });
    work.complete(1);
    await first.result();
    await rest();
    expect(handle.state).toBe('pending');
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('waits for other reasons first, and nothing is listened to meanwhile', async () => {
    const { engine, clock } = await startEngine();
    const door = doorOf('open');
    const handle = engine.submit(quick, null, {
      requires: [door.closed],
      hold: true,
      delayMs: 100,
    });
    await clock.advance(0);
    expect([handle.waitingFor?.reason, door.listeners]).toEqual(['hold', 0]);
    await handle.resume();
    expect([handle.waitingFor?.reason, door.listeners]).toEqual(['schedule', 0]);
    await clock.advance(100);
    expect([handle.waitingFor?.reason, door.listeners]).toEqual(['condition', 1]);
    await handle.suspend();
    expect([handle.waitingFor?.reason, door.listeners]).toEqual(['hold', 0]);
    await handle.resume();
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('is cancelled at once, and lets go of its conditions', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('open');
    const handle = engine.submit(quick, null, { requires: [door.closed] });
    await rest();
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
    expect(door.listeners).toBe(0);
  });

  it('has a deadline that counts and a queue clock that does not', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    const door = doorOf('open');
    const limits = { queueTimeoutMs: 100, deadlineMs: 1_000, requires: [door.closed] };
    const handle = engine.submit(quick, null, limits);
    await clock.advance(900);
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet' });
    await clock.advance(100);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'DEADLINE_EXCEEDED' },
    });
    const work = gatedWork();
    engine.submit(work.plugin, 1);
    await clock.advance(0);
    const second = engine.submit(quick, null, { queueTimeoutMs: 100, requires: [door.closed] });
    door.move('closed');
    await clock.advance(99);
    door.move('open');
    await clock.advance(500);
    door.move('closed');
    await clock.advance(99);
    expect(second.state).toBe('pending');
    await clock.advance(1);
    expect(await second.result()).toMatchObject({ error: { code: 'QUEUE_TIMEOUT' } });
    work.complete(1);
  });

  it('starts only when the condition has been met for settleMs without a break', async () => {
    const { engine, clock } = await startEngine();
    const door = doorOf('open', { settleMs: 100 });
    const handle = engine.submit(quick, null, { requires: [door.closed] });
    await clock.advance(0);
    door.move('closed');
    expect(problemsOf(handle)).toEqual({ 'door closed': 'settling' });
    await clock.advance(99);
    door.move('open');
    door.move('closed');
    await clock.advance(99);
    expect(problemsOf(handle)).toEqual({ 'door closed': 'settling' });
    expect(handle.waitingFor).toMatchObject({
      conditions: [{ value: 'closed', message: expect.stringContaining('100 ms') as string }],
    });
    await clock.advance(1);
    expect(await handle.output()).toBe('done');
  });

  it('waits before every attempt', async () => {
    const { engine, clock } = await startEngine();
    const door = doorOf('closed');
    const failing = pluginOf({
      process: ({ attempt }) => {
        if (attempt > 1) return 'second';
        door.move('open');
        throw new Error('first');
      },
    });
    const retries = { max: 1, baseMs: 100, jitter: 0 };
    const handle = engine.submit(failing, null, { retries, requires: [door.closed] });
    await clock.advance(0);
    expect(handle.waitingFor?.reason).toBe('retry');
    await clock.advance(100);
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet' });
    door.move('closed');
    expect(await handle.output()).toBe('second');
  });

  it('is one of many that share one look', async () => {
    const { engine, rest } = await startEngine({ concurrency: 200 });
    let subscriptions = 0;
    const positions = new Subject<string>();
    const source = new Observable<string>((subscriber) => {
      subscriptions += 1;
      return positions.subscribe(subscriber);
    });
    const closed = condition(source, (now) => now === 'closed', { name: 'door closed' });
    const handles = Array.from({ length: 100 }, () =>
      engine.submit(quick, null, { requires: [closed] }),
    );
    await rest();
    expect(subscriptions).toBe(1);
    expect(handles.map(problemsOf)).toEqual(handles.map(() => ({ 'door closed': 'unreadable' })));
    positions.next('closed');
    await Promise.all(handles.map((handle) => handle.output()));
    expect([subscriptions, positions.observed]).toEqual([1, false]);
  });
});

describe('requires', () => {
  afterEach(closeEngines);

  it('is refused for two conditions of one name', async () => {
    const { engine } = await startEngine();
    const one = doorOf('open');
    const other = doorOf('open');
    const refused = expect.objectContaining({ code: 'CONDITION_DUPLICATE' });
    expect(() => engine.submit(quick, null, { requires: [one.closed, other.closed] })).toThrow(
      refused,
    );
    const handle = engine.submit(quick, null, { requires: [one.closed] });
    expect(() => engine.submit(quick, null, { requires: [other.closed] })).toThrow(refused);
    expect(() => engine.conditions.register(other.closed)).toThrow(refused);
    await handle.cancel();
    await engine.submit(quick, null, { requires: [other.closed] }).cancel();
    expect(() => makeEngine({ conditions: [one.closed, other.closed] })).toThrow(refused);
  });

  it('takes the name of a condition that is known, and refuses any other', async () => {
    const door = doorOf('closed');
    const { engine } = await startEngine({ conditions: [door.closed] });
    expect(await engine.submit(quick, null, { requires: ['door closed'] }).output()).toBe('done');
    expect(() => engine.submit(quick, null, { requires: ['dor closed'] })).toThrow(
      expect.objectContaining({
        code: 'CONDITION_UNKNOWN',
        message: 'There is no condition "dor closed". There are "door closed".',
      }),
    );
    expect(() => engine.submit(quick, null, { requires: door.closed as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('refuses a condition that says suspend where the plugin refuses to be suspended', async () => {
    const { engine } = await startEngine();
    const door = doorOf('closed', { during: 'suspend' });
    expect(() => pluginOf({}, { effect: 'unsafe', requires: [door.closed] })).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID' }),
    );
    const unsafe = pluginOf({}, { effect: 'unsafe' });
    expect(() => engine.submit(unsafe, null, { requires: [door.closed] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('condition "door closed" says') as string,
      }),
    );
    expect(await engine.tasks.list()).toEqual([]);
  });

  it('of a plugin is part of its description', async () => {
    const door = doorOf('closed');
    const plugin = pluginOf({}, { requires: [door.closed, 'beam on'] });
    const { engine } = await startEngine({ plugins: [plugin] });
    expect(engine.plugins.describe('test.work').requires).toEqual(['door closed', 'beam on']);
  });
});
