import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, definePlugin } from '../../src/index.ts';
import type { Engine } from '../../src/index.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { secret } from '../../src/wire/secret-fields.ts';
import { pluginOf } from '../support/engine-under-test.ts';
import { recordingLogger } from '../support/recording-logger.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runstate-workdir-'));
});
afterEach(() => rm(folder, { recursive: true }));

const square = pluginOf(
  {
    process: ({ input, log }) => {
      log.info('squaring');
      return { result: (input as { x: number }).x ** 2 };
    },
  },
  { name: 'example.square' },
);

const login = definePlugin({
  name: 'example.login',
  input: z.object({ user: z.string(), password: secret(z.string()) }),
  process: ({ input }) => ({ user: input.user }),
});

async function withEngine(use: (engine: Engine) => Promise<unknown>): Promise<void> {
  const engine = createEngine({
    store: sqliteStore(join(folder, 'runs.db')),
    workdir: join(folder, 'workdir'),
    plugins: [square, login],
    secretKey: 'a key of at least 16 characters',
    logger: recordingLogger(),
  });
  await engine.start();
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

const file = (name: string): string => join(folder, 'workdir', '0000', name);
const content = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(file(name), 'utf8')) as unknown;

describe('the workdir of an engine that comes again', () => {
  it('gets the output files that a crash came before, with what was logged', async () => {
    await withEngine((engine) => engine.submit(square, { x: 5 }).result());
    const written = await content('00001_example.square.out');
    await rm(file('00001_example.square.out'));
    await withEngine(() => Promise.resolve());
    expect(await content('00001_example.square.out')).toEqual(written);
    expect(written).toMatchObject({ result: 25, logging: ['squaring'] });
  });

  it('gets none of a task whose files were both taken away', async () => {
    await withEngine((engine) => engine.submit(square, { x: 5 }).result());
    await rm(join(folder, 'workdir', '0000'), { recursive: true });
    await withEngine(() => Promise.resolve());
    expect(await readdir(join(folder, 'workdir'))).toEqual([]);
  });

  it('gets the input file of a task that has not settled, and leaves one that is there', async () => {
    await withEngine(async (engine) => {
      await engine.submit(square, { x: 5 }, { hold: true }).accepted;
      await engine.submit(square, { x: 6 }, { hold: true }).accepted;
    });
    await rm(file('00001_example.square.inp'));
    await withEngine(() => Promise.resolve());
    expect(await content('00001_example.square.inp')).toMatchObject({ x: 5, job_id: 1 });
    expect(await readdir(join(folder, 'workdir', '0000'))).toHaveLength(2);
    await withEngine(async (engine) => {
      const handle = await engine.tasks.get(1);
      await handle.resume();
      await handle.result();
    });
    expect(await content('00001_example.square.out')).toMatchObject({ result: 25 });
  });

  it('has no secret in any file', async () => {
    const input = { user: 'anna', password: 'open sesame' };
    await withEngine(async (engine) => {
      expect(await engine.submit(login, input).output()).toEqual({ user: 'anna' });
      await engine.submit(login, input, { hold: true }).accepted;
    });
    await rm(file('00002_example.login.inp'));
    await withEngine(() => Promise.resolve());
    const redacted = { user: 'anna', password: '[secret]' };
    expect(await content('00001_example.login.inp')).toMatchObject(redacted);
    expect(await content('00002_example.login.inp')).toMatchObject(redacted);
  });
});
