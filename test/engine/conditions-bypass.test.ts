import { afterEach, describe, expect, it } from 'vitest';
import { condition } from '../../src/index.ts';
import type { BypassOptions, TaskEvent } from '../../src/index.ts';
import { doorOf, problemsOf } from '../support/conditions.ts';
import {
  closeEngines,
  forEver,
  makeEngine,
  pluginOf,
  startEngine,
} from '../support/engine-under-test.ts';
import { turn, turning } from '../support/turning-task.ts';

const quick = pluginOf({ process: () => 'done' });
const ada = { who: 'ada', role: 'operator' };
const name = 'door closed';

describe('engine.conditions.bypass', () => {
  afterEach(closeEngines);

  it('lets the condition count as met, with an alarm and in the audit, and shows it', async () => {
    const { engine, rest, clock } = await startEngine();
    const events: TaskEvent[] = [];
    engine.events$.subscribe((event) => events.push(event));
    const door = doorOf('open');
    const handle = engine.submit(quick, null, { requires: [door.closed] });
    await rest();
    const bypass = engine.conditions.bypass(name, {
      by: ada,
      reason: 'switch broken',
      forMs: 60_000,
    });
    const now = clock.now();
    expect(bypass).toEqual({
      condition: name,
      by: ada,
      reason: 'switch broken',
      since: now,
      until: now + 60_000,
    });
    expect(await handle.output()).toBe('done');
    expect(engine.conditions.list()).toMatchObject([{ name, bypass }]);
    const alarm = {
      type: 'alarm',
      taskId: null,
      source: 'condition:door closed',
      by: ada,
      reason: 'switch broken',
    };
    expect(events.find(({ type }) => type === 'alarm')).toMatchObject(alarm);
    expect(await engine.audit({ types: ['alarm'] })).toMatchObject([alarm]);
  });

  it('ends by itself', async () => {
    const { engine, clock } = await startEngine();
    const door = doorOf('open');
    engine.conditions.register(door.closed);
    engine.conditions.bypass(name, { by: ada, reason: 'test', untilMs: clock.now() + 100 });
    await clock.advance(99);
    expect(await engine.submit(quick, null, { requires: [name] }).output()).toBe('done');
    const messages: string[] = [];
    engine.events$.subscribe((event) => event.type === 'alarm' && messages.push(event.message));
    await clock.advance(1);
    expect(messages).toEqual(['The bypass of condition "door closed" has ended.']);
    const handle = engine.submit(quick, null, { requires: [name] });
    await clock.advance(0);
    expect(problemsOf(handle)).toEqual({ [name]: 'unmet' });
    expect(engine.conditions.list()).toMatchObject([{ bypass: null }]);
  });

  it('is withdrawn by a person; then the condition counts at once, also for what runs', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('open');
    engine.conditions.register(door.closed);
    engine.conditions.bypass(name, { by: ada, reason: 'test', forMs: 60_000 });
    const handle = engine.submit(turning([]), null, { requires: [name] });
    await rest();
    expect(handle.state).toBe('running');
    expect(engine.conditions.withdraw(name, { by: ada, reason: 'mended' })).toBe(true);
    turn(handle, 1);
    await rest();
    expect([handle.state, problemsOf(handle)]).toEqual(['suspended', { [name]: 'unmet' }]);
    engine.conditions.bypass(name, { by: ada, reason: 'not mended', forMs: 60_000 });
    await rest();
    expect(handle.state).toBe('running');
    expect((await engine.audit({ who: 'ada' })).map(({ reason }) => reason)).toEqual([
      'test',
      'mended',
      'not mended',
    ]);
    expect(engine.conditions.withdraw(name)).toBe(true);
    expect(engine.conditions.withdraw(name)).toBe(false);
    await handle.cancel();
  });

  it('takes the place of one that is in force', async () => {
    const { engine, clock } = await startEngine();
    engine.conditions.register(doorOf('open').closed);
    engine.conditions.bypass(name, { by: ada, reason: 'short', forMs: 10 });
    engine.conditions.bypass(name, { by: ada, reason: 'long', forMs: 100 });
    await clock.advance(50);
    expect(engine.conditions.list()).toMatchObject([{ bypass: { reason: 'long' } }]);
    await clock.advance(50);
    expect(engine.conditions.list()).toMatchObject([{ bypass: null }]);
  });

  it.each([
    [{ forMs: 10 }, 'reason'],
    [{ reason: ' ', forMs: 10 }, 'reason'],
    [{ reason: 'test' }, 'end'],
    [{ reason: 'test', forMs: 10, untilMs: 2_000_000 }, 'end'],
    [{ reason: 'test', forMs: 0 }, 'forMs'],
    [{ reason: 'test', forMs: Number.POSITIVE_INFINITY }, 'forMs'],
    [{ reason: 'test', forMs: '10' }, 'forMs'],
    [{ reason: 'test', untilMs: 999_999 }, 'untilMs'],
    [undefined, 'why'],
  ])('is refused as %j', async (options, word) => {
    const { engine } = await startEngine();
    engine.conditions.register(doorOf('open').closed);
    expect(() => engine.conditions.bypass(name, options as BypassOptions)).toThrow(
      expect.objectContaining({
        code: 'BYPASS_INVALID',
        message: expect.stringContaining(word) as string,
      }),
    );
    expect(engine.conditions.list()).toMatchObject([{ bypass: null }]);
  });

  it('is refused for a name that nobody knows, for a nobody, and while nothing runs', async () => {
    const { engine } = await startEngine();
    engine.conditions.register(doorOf('open').closed);
    const options = { reason: 'test', forMs: 10 };
    expect(() => engine.conditions.bypass('beam on', options)).toThrow(
      expect.objectContaining({ code: 'CONDITION_UNKNOWN' }),
    );
    expect(() => engine.conditions.withdraw('beam on')).toThrow(
      expect.objectContaining({ code: 'CONDITION_UNKNOWN' }),
    );
    const by = { name: 'ada' } as never;
    expect(() => engine.conditions.bypass(name, { ...options, by })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
    const stopped = makeEngine({ conditions: [doorOf('open').closed] });
    expect(() => stopped.engine.conditions.bypass(name, options)).toThrow(
      expect.objectContaining({ code: 'ENGINE_NOT_RUNNING' }),
    );
  });

  it('is in the audit also when nobody said who it was', async () => {
    const { engine } = await startEngine();
    engine.conditions.register(doorOf('open').closed);
    engine.conditions.bypass(name, { reason: 'test', forMs: 10 });
    expect(await engine.audit()).toMatchObject([{ by: { who: 'unknown' } }]);
  });
});

describe('engine.conditions.list', () => {
  afterEach(closeEngines);

  it('tells how each stands, who waits for it, and what it watches over', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('closed', { during: 'suspend' });
    const beamOn = condition(
      () => 3,
      (current) => current > 100,
      { name: 'beam on' },
    );
    const idle = condition(
      () => forEver(),
      () => true,
      { name: 'idle' },
    );
    engine.conditions.register(idle);
    const running = engine.submit(turning([]), null, { requires: [door.closed] });
    await rest();
    const waiting = engine.submit(quick, null, { requires: [door.closed, beamOn] });
    await rest();
    const list = engine.conditions.list();
    expect(list.map((each) => each.name)).toEqual(['beam on', 'door closed', 'idle']);
    expect(list).toMatchObject([
      {
        isMet: false,
        problem: 'unmet',
        value: 3,
        during: null,
        waiting: [waiting.id],
        running: [],
      },
      {
        isMet: true,
        problem: null,
        value: 'closed',
        during: 'suspend',
        waiting: [],
        running: [running.id],
      },
      { isMet: null, problem: null, waiting: [], running: [], bypass: null },
    ]);
    expect(list[2]).not.toHaveProperty('value');
    door.move('open');
    turn(running, 1);
    await rest();
    expect(engine.conditions.list()[1]).toMatchObject({ waiting: [running.id, waiting.id] });
    await Promise.all([running.cancel(), waiting.cancel()]);
  });

  it('has the conditions of plugins that have not run yet', async () => {
    const plugin = pluginOf({}, { requires: [doorOf('open').closed] });
    const { engine } = await startEngine({ plugins: [plugin] });
    expect(engine.conditions.list()).toMatchObject([{ name, isMet: null }]);
    engine.conditions.bypass(name, { reason: 'test', forMs: 10 });
    expect(await engine.submit(plugin).result()).toMatchObject({ taskStatus: 'completed' });
  });
});

describe('the end of an engine', () => {
  afterEach(closeEngines);

  it('closes every watch and every bypass', async () => {
    const started = await startEngine();
    const door = doorOf('open');
    const polled = condition(
      () => forEver(),
      () => true,
      { name: 'polled' },
    );
    started.engine.submit(quick, null, { requires: [door.closed, polled] });
    await started.rest();
    started.engine.conditions.bypass('polled', { reason: 'test', forMs: 1e12 });
    expect(door.listeners).toBe(1);
    await started.shut();
    expect(door.listeners).toBe(0);
  });
});
