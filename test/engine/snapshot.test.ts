import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { Engine, EngineOptions, TaskHandle } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

const saved = pluginOf(
  {
    process: ({ input, log }) => {
      log.info('worked');
      return { got: input };
    },
  },
  { name: 'test.saved', saved: true },
);
const plain = pluginOf({}, { name: 'test.plain' });
const ada = { who: 'ada' };

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runstate-snapshot-'));
});

afterEach(async () => {
  await closeEngines();
  removeStores();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: EngineOptions): Promise<Engine> =>
  (await startEngine(options)).engine;

const refuse = (code: string, reason: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(reason) as string }) as Error;

describe.each(storeKinds)('Engine.tasks.snapshot on $name', ({ options, isDurable }) => {
  it('takes the tasks of saved plugins, live and settled, and names what it left out', async () => {
    const engine = await start({ ...options(), name: 'north' });
    const done = engine.submit(saved, 1, { name: 'first' });
    const other = engine.submit(plain);
    await engine.whenIdle();
    const held = engine.submit(saved, 2, { hold: true, note: 'not yet', by: ada });
    const snapshot = await engine.tasks.snapshot();
    expect(snapshot).toMatchObject({ format: 'runstate.tasks', version: 1, engine: 'north' });
    expect(snapshot.leftOut).toEqual([other.id]);
    expect(snapshot.tasks).toMatchObject([
      {
        task: { id: done.id, plugin: 'test.saved', input: 1, name: 'first' },
        state: 'completed',
        attempts: 1,
        result: { taskStatus: 'completed' },
        output: { got: 1 },
      },
      {
        task: { id: held.id },
        state: 'pending',
        attempts: 0,
        result: null,
        hold: { by: ada, reason: 'not yet' },
      },
    ]);
    expect(snapshot.tasks[0]?.events.map(({ type }) => type)).toContain('log');
  });

  it('writes a file whole, with states as text', async () => {
    const engine = await start(options());
    await engine.submit(saved).result();
    const path = join(folder, 'session.json');
    const snapshot = await engine.tasks.snapshot(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(snapshot);
    expect(readdirSync(folder)).toEqual(['session.json']);
    await expect(engine.tasks.snapshot(join(folder, 'none', 's.json'))).rejects.toThrow(/ENOENT/);
    for (const bad of ['', 5, null]) {
      await expect(engine.tasks.snapshot(bad as string)).rejects.toThrow(
        refuse('INVALID_OPTION', /^Option `path` must be the path of a file, got /),
      );
    }
  });

  it('says where and why a file could not be written', async () => {
    const engine = await start(options());
    const path = join(folder, 'nowhere', 'session.json');
    await expect(engine.tasks.snapshot(path)).rejects.toThrow(
      refuse('SNAPSHOT_NOT_WRITTEN', /written to .*nowhere.session\.json: ENOENT/),
    );
  });

  it('has a task of an earlier engine whose plugin is gone', async () => {
    const given = { ...options(), name: 'north' };
    if (!isDurable) return;
    const one = await startEngine(given);
    const { id, accepted } = one.engine.submit(saved, 1, { hold: true });
    await accepted;
    await one.shut();
    const engine = await start(given);
    const { tasks, leftOut } = await engine.tasks.snapshot();
    expect([tasks.map(({ task }) => task.id), leftOut]).toEqual([[id], []]);
  });
});

describe('Engine.tasks.snapshot', () => {
  it('goes without a task that the store has refused', async () => {
    const inner = memoryStore();
    const engine = await start({
      store: {
        ...inner,
        commit: (rows) => {
          const isBad = rows.some((row) => row.kind === 'task' && row.task.input === 'bad');
          if (isBad) throw new Error('no room');
          return inner.commit(rows);
        },
      },
    });
    engine.tasks.on('add', () => void (taken ??= engine.tasks.snapshot()));
    let taken: ReturnType<typeof engine.tasks.snapshot> | undefined;
    const refused = engine.submit(saved, 'bad');
    await refused.result();
    expect((await taken)?.tasks).toEqual([]);
  });
});

describe('a snapshot that cannot be restored', () => {
  async function goodSnapshot(): Promise<Record<string, unknown>> {
    const north = await start({ name: 'north' });
    const done: TaskHandle = north.submit(saved, 1);
    await done.result();
    north.submit(saved, 2, { hold: true });
    return JSON.parse(JSON.stringify(await north.tasks.snapshot())) as Record<string, unknown>;
  }

  it('is named with the file and what is wrong with it', async () => {
    const south = await start({ name: 'south' });
    const path = join(folder, 'session.json');
    for (const [text, reason] of [
      ['{ "format": ', /is not JSON/],
      ['[]', /its format is undefined, and not "runstate.tasks"/],
      ['null', /its format is undefined/],
      ['{"format":"session"}', /its format is "session", and not "runstate.tasks"/],
      [
        '{"format":"runstate.tasks","version":2}',
        /a newer runstate \(version 2; this one reads up to 1\)/,
      ],
      ['{"format":"runstate.tasks","version":1}', /`engine` is not as it must be/],
    ] as const) {
      writeFileSync(path, text);
      const error = await south.tasks.restore(path).catch((thrown: unknown) => thrown);
      expect(error).toEqual(refuse('SNAPSHOT_UNREADABLE', reason));
      expect((error as Error).message).toContain(`Snapshot ${path} cannot be restored`);
    }
    await expect(south.tasks.restore(join(folder, 'none.json'))).rejects.toThrow(
      refuse(
        'SNAPSHOT_UNREADABLE',
        /none\.json cannot be restored: the file cannot be read \(ENOENT/,
      ),
    );
  });

  type Entry = Record<string, unknown> & { task: Record<string, unknown> };

  it.each<[string, (entries: Entry[]) => void, RegExp]>([
    ['a bad id', ([one]) => void (one!.task['id'] = -1), /`tasks\[0\]\.task\.id`/],
    ['no plugin', ([, two]) => void delete two!.task['plugin'], /`tasks\[1\]\.task\.plugin`/],
    ['a strange state', ([one]) => void (one!['state'] = 3), /`tasks\[0\]\.state`/],
    [
      'an id twice',
      ([one, two]) => void (two!.task['id'] = one!.task['id']),
      /task 1\): its id is there twice/,
    ],
    [
      'no result',
      ([one]) => void (one!['result'] = null),
      /its state is completed, and it has no result/,
    ],
    ['another state', ([one]) => void (one!['state'] = 'failed'), /its result says completed/],
    [
      'a result too many',
      ([one]) => void (one!['state'] = 'running'),
      /is running, and it has a result/,
    ],
    [
      'an order that cannot be',
      ([, two]) => void (two!.task['options'] = { after: [2] }),
      /after task 2, which is not older/,
    ],
    [
      'a bad event',
      ([one]) => void (one!['events'] = [{ type: 'joke' }]),
      /`tasks\[0\]\.events\[0\]`/,
    ],
  ])('leaves everything as it is: %s', async (_, spoil, reason) => {
    const snapshot = await goodSnapshot();
    spoil(snapshot['tasks'] as Entry[]);
    const south = await start({ name: 'south' });
    await expect(south.tasks.restore(snapshot as never)).rejects.toThrow(
      refuse('SNAPSHOT_UNREADABLE', reason),
    );
    expect(await south.tasks.list()).toEqual([]);
    expect(south.submit(saved).id).toBe(1);
  });

  it('gives an id that would use up all others a new one', async () => {
    const snapshot = await goodSnapshot();
    const [entry] = snapshot['tasks'] as [Entry];
    entry.task['id'] = 2 ** 31 - 1;
    (entry['result'] as Record<string, unknown>)['taskId'] = 2 ** 31 - 1;
    const south = await start({ name: 'south' });
    const { ids } = await south.tasks.restore(snapshot as never);
    expect(ids).toEqual([
      { was: 2 ** 31 - 1, is: 3 },
      { was: 2, is: 2 },
    ]);
  });

  it('needs a running engine', async () => {
    const snapshot = await goodSnapshot();
    const { engine, shut } = await startEngine({ name: 'south' });
    await shut();
    await expect(engine.tasks.restore(snapshot as never)).rejects.toMatchObject({
      code: 'ENGINE_NOT_RUNNING',
    });
  });
});
