import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceRequest, TaskHandle } from '../../src/index.ts';
import { closeEngines, forEver, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

const heldOf = (handle: TaskHandle | undefined) => [
  { taskId: handle?.id, units: 1, why: 'the task is running' },
];

describe('resources', () => {
  afterEach(closeEngines);

  it('has one unit of a name that nobody declared', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started, letGo } = turnstile({ resources: 'motor' });
    const [a, b] = [engine.submit(plugin), engine.submit(plugin)];
    await rest();
    expect(started).toEqual([a.id]);
    expect(engine.resources.list()).toEqual([
      { name: 'motor', units: 1, inUse: 1, heldBy: heldOf(a) },
    ]);
    letGo(a);
    await rest();
    expect(started).toEqual([a.id, b.id]);
    letGo(b);
    await engine.whenIdle();
    expect(engine.resources.list()).toEqual([]);
  });

  it('shares the units that there are', async () => {
    const { engine, rest } = await startEngine({ resources: { detector: 3 } });
    const { plugin, started, letGo } = turnstile({ resources: 'detector' });
    const two = engine.submit(plugin, null, { resources: { detector: 2 } });
    const one = engine.submit(plugin);
    const next = engine.submit(plugin);
    await rest();
    expect(started).toEqual([two.id, one.id]);
    expect(engine.resources.list()).toEqual([
      {
        name: 'detector',
        units: 3,
        inUse: 3,
        heldBy: [
          { taskId: two.id, units: 2, why: 'the task is running' },
          { taskId: one.id, units: 1, why: 'the task is running' },
        ],
      },
    ]);
    letGo(one);
    await rest();
    expect(started.at(-1)).toBe(next.id);
    letGo(two, next);
    await engine.whenIdle();
    expect(engine.resources.list()).toEqual([{ name: 'detector', units: 3, inUse: 0, heldBy: [] }]);
  });

  it.each<[ResourceRequest, string, number]>([
    [{ detector: 4 }, 'detector', 3],
    [{ detector: 1, motor: 2 }, 'motor', 1],
    ['shutter', 'shutter', 0],
  ])('refuses %o, which could never run, and makes no task', async (resources, name, units) => {
    const { engine } = await startEngine({ resources: { detector: 3, shutter: 0 } });
    const { plugin } = turnstile();
    expect(() => engine.submit(plugin, null, { resources })).toThrowError(
      expect.objectContaining({
        code: 'RESOURCE_TOO_SMALL',
        message: expect.stringContaining(`Resource "${name}" has ${units} units`) as string,
      }),
    );
    expect(await engine.tasks.list()).toEqual([]);
    expect(engine.submit(plugin).id).toBe(1);
  });

  it("takes a submission's resources in place of the plugin's", async () => {
    const { engine, rest } = await startEngine();
    const { plugin } = turnstile({ resources: ['motor', 'camera'] });
    engine.submit(plugin, null, { resources: [] });
    engine.submit(plugin, null, { resources: 'laser' });
    engine.submit(plugin);
    await rest();
    expect(engine.resources.list().map(({ name, heldBy }) => [name, heldBy[0]?.taskId])).toEqual([
      ['laser', 2],
      ['camera', 3],
      ['motor', 3],
    ]);
  });

  it('takes all or nothing', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started } = turnstile();
    engine.submit(plugin, null, { resources: 'motor' });
    const both = engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    await rest();
    expect(started).not.toContain(both.id);
    expect(engine.resources.list().map(({ name }) => name)).toEqual(['motor']);
  });

  it('keeps the resources of the first that is blocked from those after it', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started, letGo } = turnstile();
    const holder = engine.submit(plugin, null, { resources: 'motor' });
    const both = engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    const camera = engine.submit(plugin, null, { resources: 'camera' });
    const laser = engine.submit(plugin, null, { resources: 'laser' });
    const plain = engine.submit(plugin);
    await rest();
    expect(started).toEqual([holder.id, laser.id, plain.id]);
    letGo(holder);
    await rest();
    expect(started).toEqual([holder.id, laser.id, plain.id, both.id]);
    letGo(both);
    await rest();
    expect(started.at(-1)).toBe(camera.id);
  });

  it('lets one of higher priority go first all the same', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started } = turnstile();
    engine.submit(plugin, null, { resources: 'motor' });
    engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    await rest();
    const urgent = engine.submit(plugin, null, { resources: 'camera', priority: 1 });
    await rest();
    expect(started).toEqual([1, urgent.id]);
  });

  it.each(['cancel', 'hold'])('frees what was reserved for a task on its %s', async (how) => {
    const { engine, rest } = await startEngine();
    const { plugin, started } = turnstile();
    engine.submit(plugin, null, { resources: 'motor' });
    const both = engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    const camera = engine.submit(plugin, null, { resources: 'camera' });
    await rest();
    expect(started).toEqual([1]);
    await (how === 'cancel' ? both.cancel() : both.suspend());
    await rest();
    expect(started).toEqual([1, camera.id]);
  });

  it('does not starve one that needs both by a stream that needs the motor', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started, letGo } = turnstile();
    const camera = engine.submit(plugin, null, { resources: 'camera' });
    const motors = [engine.submit(plugin, null, { resources: 'motor' })];
    const both = engine.submit(plugin, null, { resources: ['motor', 'camera'] });
    await rest();
    for (let round = 0; round < 50; round += 1) {
      motors.push(engine.submit(plugin, null, { resources: 'motor', priority: 0 }));
      letGo(motors[round] as TaskHandle);
      await rest();
    }
    expect(started).toEqual([camera.id, motors[0]?.id]);
    letGo(camera);
    await rest();
    expect(started.at(-1)).toBe(both.id);
    letGo(both);
    await rest();
    expect(started.at(-1)).toBe(motors[1]?.id);
  });

  it('ends a crowd that takes motor and camera from both sides', async () => {
    const { engine } = await startEngine({ concurrency: 5 });
    let [inMotor, inCamera] = [0, 0];
    const plugin = pluginOf(
      {
        process: async ({ input }) => {
          const names = new Set([input].flat());
          if (names.has('motor')) inMotor += 1;
          if (names.has('camera')) inCamera += 1;
          expect(Math.max(inMotor, inCamera)).toBe(1);
          await Promise.resolve();
          if (names.has('motor')) inMotor -= 1;
          if (names.has('camera')) inCamera -= 1;
        },
      },
      { name: 'test.both' },
    );
    const wishes: readonly (readonly string[])[] = [
      ['motor', 'camera'],
      ['camera', 'motor'],
      ['motor'],
      ['camera'],
    ];
    const handles = Array.from({ length: 400 }, (_, index) => {
      const resources = wishes[index % 4] ?? [];
      return engine.submit(plugin, [...resources], { resources });
    });
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(new Set(results.map(({ taskStatus }) => taskStatus))).toEqual(new Set(['completed']));
  });

  it('gives back what a failed attempt had, and takes it again for the next', async () => {
    const { engine, clock } = await startEngine();
    let attempts = 0;
    const flaky = pluginOf(
      {
        process: () => {
          attempts += 1;
          if (attempts === 1) throw new Error('no beam');
          return engine.resources.list().map(({ name }) => name);
        },
      },
      { name: 'test.flaky', resources: 'motor', retries: 1 },
    );
    const { plugin, started } = turnstile({ resources: 'motor' });
    const handle = engine.submit(flaky);
    const other = engine.submit(plugin);
    await clock.advance(0);
    expect(started).toEqual([other.id]);
    await clock.advance(2_000);
    expect(handle.waitingFor).toMatchObject({ reason: 'resource' });
    await other.cancel();
    expect(await handle.output()).toEqual(['motor']);
  });

  it('shows why somebody has a resource', async () => {
    const { engine, clock, rest } = await startEngine();
    const patient = pluginOf(
      {
        process: async ({ messages, pausePoint }) => {
          for await (const message of messages) if (message !== null) await pausePoint();
        },
      },
      { name: 'test.patient', resources: 'motor' },
    );
    const deaf = pluginOf({ process: forEver }, { name: 'test.deaf', resources: 'camera' });
    const handle = engine.submit(patient);
    const ignored = engine.submit(deaf);
    await rest();
    const suspending = handle.suspend();
    handle.send({ type: 'go on' });
    await suspending;
    void ignored.cancel({ graceMs: 0 });
    await clock.advance(1);
    expect(engine.resources.list()).toEqual([
      {
        name: 'motor',
        units: 1,
        inUse: 1,
        heldBy: [
          { taskId: handle.id, units: 1, why: expect.stringContaining('suspended') as string },
        ],
      },
      {
        name: 'camera',
        units: 1,
        inUse: 1,
        heldBy: [
          { taskId: ignored.id, units: 1, why: expect.stringContaining('abandoned') as string },
        ],
      },
    ]);
  });

  it('lets a person take a resource from an abandoned attempt, and only from one', async () => {
    const { engine, clock } = await startEngine();
    const deaf = pluginOf(
      { process: forEver },
      { name: 'test.deaf', resources: ['camera', 'motor'] },
    );
    const { plugin, started } = turnstile({ resources: 'camera' });
    const ignored = engine.submit(deaf);
    await clock.advance(0);
    const refusal = expect.objectContaining({ code: 'RESOURCE_NOT_HELD' });
    expect(() => engine.resources.release('camera', { reason: 'checked' })).toThrowError(refusal);
    void ignored.cancel({ graceMs: 1 });
    await clock.advance(1);
    const next = engine.submit(plugin);
    await clock.advance(0);
    expect([started, next.waitingFor?.reason]).toEqual([[], 'resource']);
    expect(() => engine.resources.release('laser', { reason: 'checked' })).toThrowError(refusal);
    expect(() => engine.resources.release('camera', { taskId: 99 })).toThrowError(refusal);
    engine.resources.release('camera', { taskId: ignored.id, reason: 'the shutter is closed' });
    await clock.advance(0);
    expect(started).toEqual([next.id]);
    expect(() => engine.resources.release('camera', {})).toThrowError(refusal);
    expect(engine.tasks.abandoned()[0]?.resources).toEqual(['motor']);
  });
});
