import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineOptions, TaskEvent } from '../../src/index.ts';
import { builtInPlugin } from '../../src/wire/built-in.ts';
import { doorOf, problemsOf } from '../support/conditions.ts';
import { crashScene, folderOf, startDurable } from '../support/durable-engine.ts';
import type { CrashSite } from '../support/durable-engine.ts';
import {
  closeEngines,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

const hour = 3_600_000;
const ann = { who: 'ann', role: 'operator', via: 'library' };
const name = 'door closed';

describe('a task with conditions whose engine was killed', () => {
  let site: CrashSite;
  beforeAll(async () => {
    site = await crashScene('conditions');
  });
  afterAll(() => rm(site.directory, { recursive: true, force: true }));

  const plugins = [
    pluginOf({ process: () => 'done' }, { name: 'durable.idempotent' }),
    pluginOf({ process: () => 'done' }, { name: 'durable.unsafe', effect: 'unsafe' }),
  ];
  const restarted = async (options: EngineOptions = {}) =>
    startDurable(await folderOf(site), { plugins, ...options });

  it('waits for a condition that nobody knows, until it is registered and met', async () => {
    const { engine, handleOf } = await restarted();
    const handle = await handleOf('waiting');
    expect(handle.waitingFor).toEqual({
      reason: 'condition',
      conditions: [
        {
          name,
          problem: 'unknown',
          message:
            'condition "door closed" is not known: give it with `engine.conditions.register`, or bypass it',
        },
      ],
    });
    const door = doorOf('open');
    engine.conditions.register(door.closed);
    expect(problemsOf(handle)).toEqual({ [name]: 'unmet' });
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('finds the condition among those the engine is made with', async () => {
    const { handleOf } = await restarted({ conditions: [doorOf('closed').closed] });
    expect(await (await handleOf('waiting')).output()).toBe('done');
  });

  it('runs when the condition that nobody knows is bypassed', async () => {
    const { engine, handleOf } = await restarted();
    const handle = await handleOf('waiting');
    expect(engine.conditions.list()).toMatchObject([
      { name: 'beam on' },
      { name, isMet: false, problem: 'unknown' },
    ]);
    engine.conditions.bypass(name, { by: ann, reason: 'no door here', forMs: hour });
    expect(await handle.output()).toBe('done');
  });

  it('is not held for what it stood still for: it waits for the condition again', async () => {
    const door = doorOf('open');
    const { handleOf } = await restarted({ conditions: [door.closed] });
    const handle = await handleOf('idempotent');
    expect([handle.state, problemsOf(handle)]).toEqual(['pending', { [name]: 'unmet' }]);
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('waits for an operator when it is unsafe, then for its condition', async () => {
    const door = doorOf('open');
    const { engine, handleOf } = await restarted({ conditions: [door.closed] });
    const handle = await handleOf('unsafe');
    expect(handle.waitingFor?.reason).toBe('operator');
    await engine.tasks.resolve(handle.id, 'rerun', { by: ann, reason: 'looked' });
    expect([handle.state, problemsOf(handle)]).toEqual(['pending', { [name]: 'unmet' }]);
    door.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('finds the bypass in force, until its end, and not the one that was withdrawn', async () => {
    const { engine, clock } = await restarted();
    const [beamOn, door] = engine.conditions.list();
    expect(beamOn?.bypass).toMatchObject({ condition: 'beam on', by: ann, reason: 'dry run' });
    expect(door?.bypass).toBeNull();
    const handle = engine.submit('durable.idempotent', null, {
      requires: [doorOf('open', { name: 'beam on' }).closed],
    });
    expect(await handle.output()).toBe('done');
    await clock.advance((beamOn?.bypass?.until ?? 0) - clock.now());
    expect(engine.conditions.list().map(({ bypass }) => bypass)).toEqual([null]);
  });
});

describe('a task with conditions of an engine that was closed', () => {
  it('requires what its plugin requires now, and what it was submitted with', async () => {
    const folder = await folderOf();
    const one = pluginOf({ process: () => 'done' }, { requires: [doorOf('open').closed] });
    const first = await startDurable(folder, { plugins: [one] });
    const beam = doorOf('open', { name: 'beam on' });
    const { id, accepted } = first.engine.submit('test.work', null, { requires: [beam.closed] });
    await accepted;
    await first.close();
    const door = doorOf('open');
    const shutter = doorOf('open', { name: 'shutter' });
    const next = await startDurable(folder);
    const handle = await next.engine.tasks.get(id);
    expect(handle.waitingFor?.reason).toBe('plugin');
    next.engine.plugins.register(
      pluginOf({ process: () => 'done' }, { requires: [door.closed, shutter.closed] }),
    );
    expect(problemsOf(handle)).toEqual({
      [name]: 'unmet',
      shutter: 'unmet',
      'beam on': 'unknown',
    });
    next.engine.conditions.register(beam.closed);
    for (const each of [door, shutter, beam]) each.move('closed');
    expect(await handle.output()).toBe('done');
  });

  it('goes on at once with work that may be under way elsewhere, and then stands still', async () => {
    const folder = await folderOf();
    const paused: unknown[] = [];
    const elsewhere = builtInPlugin({
      name: 'test.elsewhere',
      effect: 'unsafe',
      input: z.unknown(),
      isSlotless: true,
      continues: true,
      pausedBy: 'device',
      code: () => ({
        async process(context) {
          await context.checkpoint({ sentAt: 1 });
          return untilAborted(context);
        },
        pause: async ({ resumeFrom }) => void paused.push(resumeFrom),
        resume: async () => {},
      }),
    });
    const first = await startDurable(folder);
    const handle = first.engine.submit(elsewhere, null, {
      requires: [doorOf('closed').closed],
    });
    for await (const { type } of handle) if (type === 'checkpoint') break;
    await first.close();
    const door = doorOf('open');
    const next = await startDurable(folder, { plugins: [elsewhere], conditions: [door.closed] });
    const again = await next.engine.tasks.get(handle.id);
    await expect.poll(() => again.state).toBe('suspended');
    expect([paused, problemsOf(again)]).toEqual([[{ sentAt: 1 }], { [name]: 'unmet' }]);
    door.move('closed');
    await expect.poll(() => again.state).toBe('running');
    expect(await again.cancel()).toMatchObject({ status: 'cancelled' });
  });
});

describe('a task with conditions', () => {
  afterEach(closeEngines);

  it('keeps their names in a snapshot, and waits in the engine that restores it', async () => {
    const plugin = pluginOf({ process: () => 'done' }, { saved: true });
    const { engine, rest } = await startEngine();
    engine.submit(plugin, null, { requires: [doorOf('open').closed] });
    await rest();
    const snapshot = await engine.tasks.snapshot();
    expect(snapshot.tasks).toMatchObject([{ task: { options: { requires: [name] } } }]);
    const other = await startEngine({ name: 'other', plugins: [plugin] });
    await other.engine.tasks.restore(snapshot);
    const [handle] = await other.engine.tasks.list();
    expect(handle === undefined ? null : problemsOf(handle)).toEqual({ [name]: 'unknown' });
  });

  it('requires them again in a rerun, also of a task that is read from the store', async () => {
    const folder = await folderOf();
    const door = doorOf('closed');
    const plugin = pluginOf({ process: () => 'done' });
    const first = await startDurable(folder, { plugins: [plugin] });
    const handle = first.engine.submit(plugin, null, { requires: [door.closed] });
    await handle.result();
    door.move('open');
    const rerun = await first.engine.tasks.rerun(handle.id);
    await rerun.accepted;
    expect(problemsOf(rerun)).toEqual({ [name]: 'unmet' });
    await rerun.cancel();
    await first.close();
    const { engine } = await startDurable(folder, { plugins: [plugin] });
    await expect(engine.tasks.rerun(handle.id)).rejects.toMatchObject({
      code: 'CONDITION_UNKNOWN',
    });
    engine.conditions.register(door.closed);
    const again = await engine.tasks.rerun(handle.id);
    await again.accepted;
    expect(problemsOf(again)).toEqual({ [name]: 'unmet' });
  });
});

describe('work elsewhere that a condition suspends', () => {
  afterEach(closeEngines);

  const elsewhere = (pause: () => Promise<void>, resume: () => Promise<void>, input?: string) =>
    builtInPlugin({
      name: 'test.elsewhere',
      effect: 'unsafe',
      input: z.unknown(),
      isSlotless: true,
      continues: true,
      pausedBy: 'device',
      ...(input === undefined ? {} : { cannotSuspend: () => input }),
      code: () => ({ process: untilAborted, pause, resume }),
    });
  const well = async (): Promise<void> => {};

  const started = async () => {
    const under = await startEngine();
    const alarms: TaskEvent[] = [];
    under.engine.events$.subscribe((event) => event.type === 'alarm' && alarms.push(event));
    return { ...under, alarms };
  };

  it('goes on with an alarm when it cannot be brought to a standstill', async () => {
    const { engine, rest, alarms } = await started();
    const door = doorOf('closed');
    const plugin = elsewhere(() => Promise.reject(new Error('no Pause')), well);
    const handle = engine.submit(plugin, null, { requires: [door.closed] });
    await rest();
    door.move('open');
    await rest();
    expect(handle.state).toBe('running');
    expect(alarms).toMatchObject([
      { source: 'condition:door closed', message: expect.stringContaining('no Pause') as string },
    ]);
  });

  it('stands still, with an alarm, until a person resumes it when it does not go on', async () => {
    const { engine, rest, alarms } = await started();
    const door = doorOf('closed');
    let fails = true;
    const plugin = elsewhere(well, async () => {
      if (fails) throw new Error('no Resume');
    });
    const handle = engine.submit(plugin, null, { requires: [door.closed] });
    await rest();
    door.move('open');
    await rest();
    expect(handle.state).toBe('suspended');
    door.move('closed');
    await rest();
    expect(handle.waitingFor).toMatchObject({ reason: 'hold' });
    expect(alarms).toMatchObject([{ message: expect.stringContaining('no Resume') as string }]);
    fails = false;
    expect(await handle.resume()).toMatchObject({ status: 'running' });
    expect(statesOf(handle)).toContain('suspended');
  });

  it('is refused where the command cannot be suspended', async () => {
    const { engine } = await started();
    const door = doorOf('closed', { during: 'suspend' });
    const plugin = elsewhere(well, well, 'it declares no pause');
    expect(() => engine.submit(plugin, null, { requires: [door.closed] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
