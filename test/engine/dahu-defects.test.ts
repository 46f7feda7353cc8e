/** What dahu was seen to do wrong, and what happens here in its place. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pluginFromFunction } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import {
  closeEngines,
  eventsOf,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runstate-dahu-'));
});
afterEach(async () => {
  await closeEngines();
  await rm(folder, { recursive: true });
});

const fileOf = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, '0000', name), 'utf8')) as unknown;

describe('a job', () => {
  it('is waited for until its teardown and its callbacks are done', async () => {
    const { engine } = await startEngine();
    const told: string[] = [];
    const release = deferred<void>();
    const handle = engine.submit(
      pluginOf({
        process: () => {
          throw new Error('broken');
        },
        teardown: async () => {
          await release.promise;
          told.push('teardown');
        },
      }),
      null,
      { onSettled: () => void told.push('callback') },
    );
    const waiting = handle.result().then(() => told.push('result'));
    setImmediate(() => release.resolve());
    await waiting;
    expect(told).toEqual(['teardown', 'callback', 'result']);
  });

  it('can be waited for right after it was submitted, two thousand times', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf({ process: ({ input }) => input });
    for (let count = 0; count < 2_000; count += 1) {
      const { taskStatus, payload } = await engine.submit(plugin, { count }).result();
      expect([taskStatus, payload]).toEqual(['completed', { count }]);
    }
  });

  it('whose setup failed is torn down, and its process is left out', async () => {
    const { engine } = await startEngine();
    const called: string[] = [];
    const handle = engine.submit(
      pluginOf({
        setup: () => {
          throw new Error('no detector');
        },
        process: () => void called.push('process'),
        teardown: () => void called.push('teardown'),
      }),
    );
    expect(await handle.result()).toMatchObject({ error: { phase: 'setup' }, teardown: 'done' });
    expect(called).toEqual(['teardown']);
  });

  it('whose abort() raises is aborted all the same, and can be read', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(
      pluginOf({
        process: untilAborted,
        abort: () => {
          throw new Error('the abort broke');
        },
      }),
    );
    await rest();
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
    expect(await handle.result()).toMatchObject({ taskStatus: 'cancelled' });
    expect((await engine.tasks.get(handle.id)).status).toBe('cancelled');
  });

  it('that runs is not cleaned away under its own feet', async () => {
    const { engine, rest } = await startEngine();
    const release = deferred<string>();
    const handle = engine.submit(pluginOf({ process: () => release.promise }));
    await rest();
    await expect(engine.tasks.clean(handle.id)).rejects.toMatchObject({ code: 'TASK_NOT_SETTLED' });
    release.resolve('done');
    expect(await handle.output()).toBe('done');
    await engine.tasks.clean(handle.id);
    expect(await (await engine.tasks.get(handle.id)).output()).toBe('done');
  });

  it('of an unknown plugin, or with bad input, is refused and uses up no id', async () => {
    const { engine } = await startEngine();
    const plugin = pluginFromFunction(({ x }: { x: number }) => x, { name: 'test.f' });
    engine.plugins.register(plugin);
    const refused = ['', '{x}', '[1]', '5'].map((input) => () => engine.submit('test.f', input));
    expect(() => engine.submit('no.such', {})).toThrow('There is no plugin "no.such"');
    for (const submit of refused) expect(submit).toThrow(/not valid/);
    expect(engine.submit('test.f', '{"x": 1}').id).toBe(1);
  });

  it('takes its input as an object, JSON text, bytes or a file, and leaves the object alone', async () => {
    const { engine, shut } = await startEngine({ workdir: folder });
    engine.plugins.register(
      pluginFromFunction(({ x }: { x: number }) => x ** 2, { name: 'example.square' }),
    );
    const given = Object.freeze({ x: 5 });
    const saved = join(folder, '0000', '00001_example.square.inp');
    expect(await engine.submit('example.square', given).output()).toEqual({ result: 25 });
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('job_id');
    for (const input of ['{"x": 5}', Buffer.from('{"x": 5}'), saved]) {
      expect(await engine.submit('example.square', input).output()).toEqual({ result: 25 });
    }
    await shut();
    expect(await fileOf('00002_example.square.inp')).toEqual({
      x: 5,
      plugin_name: 'example.square',
      job_id: 2,
    });
  });

  it('with output that JSON cannot keep fails and says where; its file is whole', async () => {
    const { engine, shut } = await startEngine({ workdir: folder });
    const result = await engine.submit(pluginOf({ process: () => ({ frames: [1n] }) })).result();
    await shut();
    expect(result).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'NOT_STORABLE', message: expect.stringContaining('output.frames[0]') },
    });
    expect(await fileOf('00001_test.work.out')).toMatchObject({
      job_status: 'failed',
      error: expect.arrayContaining([
        result.error?.message,
        '<NOT_STORABLE> in process, attempt 1',
      ]),
    });
    expect(await readdir(join(folder, '0000'))).toHaveLength(2);
  });

  it('of a function whose name has capitals is found, whatever the case', async () => {
    const { engine } = await startEngine();
    engine.plugins.register(
      pluginFromFunction(({ x }: { x: number }) => x ** 3, { name: 'Example.CubeOf' }),
    );
    for (const name of ['Example.CubeOf', 'example.cubeof', 'EXAMPLE.CUBEOF']) {
      expect(await engine.submit(name, { x: 2 }).output()).toEqual({ result: 8 });
    }
  });

  it('that failed shows what it had and what it logged at once', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(
      pluginOf({
        process: ({ payload, log }) => {
          payload({ frames: 3 });
          log.info('frame 3');
          throw new Error('frame 4 is broken');
        },
      }),
    );
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      payload: { frames: 3 },
      error: { message: 'frame 4 is broken' },
    });
    expect(eventsOf(handle)).toContainEqual(
      expect.objectContaining({ type: 'log', message: 'frame 3' }),
    );
  });

  it('that succeeded stays so when a callback raises', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(pluginOf({ process: () => 'done' }), null, {
      onSettled: () => {
        throw new Error('the callback broke');
      },
    });
    engine.tasks.on('end', () => {
      throw new Error('the listener broke');
    });
    expect(await handle.output()).toBe('done');
    await engine.whenIdle();
    expect(handle.status).toBe('completed');
  });
});

describe('an id that is not known', () => {
  it.each([42, -1, 0, 1.5, Number.NaN])(
    '(%d) is answered with the same code everywhere',
    async (id) => {
      const { engine } = await startEngine();
      const by = { who: 'operator' };
      const asked = [
        engine.tasks.get(id),
        engine.tasks.clean(id),
        engine.tasks.rerun(id, { by }),
        engine.tasks.resolve(id, 'failed', { by, reason: 'it is not there' }),
      ];
      for (const answer of asked)
        await expect(answer).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
    },
  );
});

describe('a second start', () => {
  it('does not begin the work of a task again', async () => {
    const { engine } = await startEngine();
    let runs = 0;
    const handle = engine.submit(pluginOf({ process: () => (runs += 1) }), null, { hold: true });
    await Promise.all([handle.resume(), handle.resume(), handle.resume()]);
    await handle.result();
    await handle.resume();
    expect([runs, handle.status]).toEqual([1, 'completed']);
  });
});
