import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { action, definePlugin, noop, parallel, secret, sequential, task } from '../../src/index.ts';
import type { Job } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

describe('a job', () => {
  it('runs steps one after the other, and gives what they gave', async () => {
    const { engine } = await startEngine();
    const order: string[] = [];
    const say = (word: string): Job<string> =>
      action(() => {
        order.push(word);
        return word;
      });
    const job = sequential([say('a'), noop(), sequential([say('b'), say('c')]), say('d')]);
    expect(await engine.runJob(job).output()).toEqual(['a', null, ['b', 'c'], 'd']);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a step whose input holds a secret, which its document would keep in clear', async () => {
    const { engine } = await startEngine();
    const login = definePlugin({
      name: 'test.login',
      input: z.object({ user: z.string(), password: secret(z.string()) }),
      process: () => null,
    });
    engine.plugins.register(login);
    const job = sequential([noop(), task(login, { user: 'ada', password: 'hunter2' })]);
    expect(() => engine.runJob(job)).toThrow(
      expect.objectContaining({
        code: 'JOB_INVALID',
        message: expect.stringMatching(/^(?!.*hunter2).*steps\[1\]\.input\.password/) as string,
      }) as Error,
    );
  });

  it('runs steps side by side, as many at once as it may', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const steps = ['a', 'b', 'c', 'd'].map((name) => work.action(name));
    const handle = engine.runJob(parallel(steps, { limit: 2 }));
    await rest();
    expect(work.running).toEqual(['a', 'b']);
    work.end('b');
    await rest();
    expect(work.running).toEqual(['a', 'c']);
    work.end('c');
    await rest();
    for (const name of ['a', 'd']) work.end(name);
    expect(await handle.output()).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    ['a sequence', sequential([]), []],
    ['steps side by side', parallel([]), []],
    ['nothing', noop(), null],
    [
      'empty ones within each other',
      sequential([parallel([sequential([])]), noop()]),
      [[[]], null],
    ],
  ] as const)('completes at once: %s', async (_, job, output) => {
    const { engine } = await startEngine();
    const handle = engine.runJob(job as Job);
    expect(await handle.output()).toEqual(output);
    expect(handle.status).toBe('completed');
  });

  it('may be one step alone', async () => {
    const { engine } = await startEngine();
    const double = pluginOf({ process: ({ input }) => (input as number) * 2 });
    expect(await engine.runJob(action(() => 7)).output()).toBe(7);
    expect(await engine.runJob(task(double, 21)).output()).toBe(42);
  });

  it('holds no slot: jobs within jobs run with a single one', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const work = pluginOf({ process: ({ input }) => input });
    const nested = (depth: number): Job =>
      depth === 0
        ? task(work, 'done')
        : parallel([
            sequential([nested(depth - 1), task(work, depth)]),
            task('runstate.job', { type: 'noop' }),
          ]);
    const handles = [1, 2, 3].map(() => engine.runJob(nested(4)));
    for (const handle of handles) expect((await handle.result()).taskStatus).toBe('completed');
  });

  it('passes what hangs elsewhere: sequences, and many side by side, within each other', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const work = pluginOf({ process: () => 1 });
    const one = task(work);
    const jobs = [
      sequential([sequential([one])]),
      sequential([parallel([sequential([one])])]),
      parallel(Array.from({ length: 4 }, () => parallel([one, one]))),
      parallel([]),
    ];
    for (const job of jobs) {
      expect((await engine.runJob(job as Job).result()).taskStatus).toBe('completed');
    }
  });

  it('shows each task with the job and the step that it belongs to', async () => {
    const { engine } = await startEngine();
    const work = pluginOf({ process: () => 1 });
    const handle = engine.runJob(sequential([task(work), parallel([noop(), task(work)])]));
    await handle.result();
    const children = await handle.children();
    expect(children.map(({ parent }) => parent)).toEqual([
      { id: handle.id, step: 'steps[0]' },
      { id: handle.id, step: 'steps[1].steps[1]' },
    ]);
    const listed = await engine.tasks.list({ parent: handle.id });
    expect(listed.map(({ id }) => id)).toEqual(children.map(({ id }) => id).toReversed());
    expect(handle.parent).toBeUndefined();
    expect(await children[0]?.children()).toEqual([]);
    const steps = (await handle.steps()).toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(steps.map(({ path, state, taskId }) => [path, state, taskId])).toEqual([
      ['', 'completed', undefined],
      ['steps[0]', 'completed', children[0]?.id],
      ['steps[1]', 'completed', undefined],
      ['steps[1].steps[0]', 'completed', undefined],
      ['steps[1].steps[1]', 'completed', children[1]?.id],
    ]);
  });

  it('gives its tasks its priority and who asked, and what the step says of them', async () => {
    const { engine } = await startEngine();
    const work = pluginOf({ process: () => 1 });
    const by = { who: 'ada' };
    const step = task(work, undefined, { name: 'a dark frame', tags: ['night'], timeoutMs: 500 });
    const handle = engine.runJob(step, { by, priority: 3 });
    await handle.result();
    const [child] = await handle.children();
    expect(child).toMatchObject({ name: 'a dark frame', tags: ['night'], by });
  });

  it('is submitted as any task is: with a name, a key, a hold', async () => {
    const { engine, rest } = await startEngine();
    const options = { name: 'a scan', idempotencyKey: 'scan-1', hold: true } as const;
    const job = sequential([noop()]);
    const handle = engine.runJob(job, options);
    expect(engine.runJob(job, options)).toBe(handle);
    await rest();
    expect(handle).toMatchObject({ name: 'a scan', status: 'pending', plugin: 'runstate.job' });
    await handle.resume();
    expect(await handle.output()).toEqual([null]);
  });

  it('is submitted as plain data, too', async () => {
    const { engine } = await startEngine();
    engine.actions.register('add', ({ args }) => (args as number[]).reduce((a, b) => a + b, 0));
    const document = {
      type: 'sequential',
      steps: [{ type: 'action', action: 'add', args: [1, 2] }, { type: 'noop' }],
    } as const;
    expect(await engine.runJob(document).output()).toEqual([3, null]);
    const handle = engine.submit('runstate.job', JSON.parse(JSON.stringify(document)));
    expect(await handle.output()).toEqual([3, null]);
    expect(handle.input).toEqual(document);
  });

  it('is nested a thousand deep, and ten thousand wide', { timeout: 60_000 }, async () => {
    const { engine } = await startEngine({ concurrency: 4 });
    let deep: Job = action(() => 'the innermost');
    for (let level = 0; level < 1_000; level += 1) {
      deep = level % 2 === 0 ? sequential([deep]) : parallel([deep]);
    }
    const handle = engine.runJob(deep);
    expect((await handle.result()).taskStatus).toBe('completed');
    expect(await handle.steps()).toHaveLength(1_001);
    const work = pluginOf({ process: ({ input }) => input });
    const wide = parallel(Array.from({ length: 10_000 }, (_, index) => task(work, index)));
    const output = await engine.runJob(wide).output();
    expect(output).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
    const long = sequential(Array.from({ length: 10_000 }, () => noop()));
    expect((await engine.runJob(long).result()).taskStatus).toBe('completed');
  });
});
