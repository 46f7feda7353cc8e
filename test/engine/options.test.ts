import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, definePlugin, RunstateError } from '../../src/index.ts';
import type { EngineOptions, SubmitOptions } from '../../src/index.ts';
import { engineDefaults, resolveEngineOptions } from '../../src/engine/engine-options.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });

function refusalOf(work: () => unknown): RunstateError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(RunstateError);
    return error as RunstateError;
  }
  throw new Error('nothing was refused');
}

describe('createEngine', () => {
  it.each([
    ['concurrency', 0],
    ['concurrency', -1],
    ['concurrency', 1.5],
    ['concurrency', Number.NaN],
    ['concurrency', '8'],
    ['concurrency', null],
    ['maxQueued', -1],
    ['agingMs', -1],
    ['agingMs', Number.NaN],
    ['idempotencyTtlMs', -1],
    ['name', ''],
    ['name', 5],
    ['store', {}],
    ['store', 'runs.db'],
    ['retention', 5],
    ['retention', []],
    ['retention', { settled: -1 }],
    ['plugins', './plugins'],
    ['plugins', [5]],
    ['plugins', [() => 1]],
    ['logger', {}],
    ['logger', null],
    ['resources', ['motor']],
    ['resources', { motor: -1 }],
    ['resources', { motor: 0.5 }],
    ['resources', { motor: '1' }],
    ['clock', { now: () => 0 }],
    ['timeoutMs', 0],
    ['queueTimeoutMs', -1],
    ['deadlineMs', Number.NaN],
    ['heartbeatTimeoutMs', '5'],
    ['teardownTimeoutMs', 0],
    ['graceMs', -1],
    ['retries', -1],
    ['retries', { max: 1, jitter: -1 }],
    ['concurency', 8],
  ])('refuses %s %o by name and value', (name, value) => {
    const error = refusalOf(() => createEngine({ [name]: value }));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(new RegExp(`^Option \`${name}\` must be .+, got .+\\.$`));
  });

  it.each([null, 5, 'options'])('refuses %o in place of options', (options) => {
    expect(refusalOf(() => createEngine(options as EngineOptions)).code).toBe('INVALID_OPTION');
  });

  it('says what options there are', () => {
    const { message } = refusalOf(() => createEngine({ concurency: 8 } as EngineOptions));
    for (const name of ['concurrency', 'store', 'retries', 'timeoutMs', 'clock']) {
      expect(message).toContain(name);
    }
  });

  it('takes undefined as not given', () => {
    const nothing = Object.fromEntries(
      [
        'name',
        'concurrency',
        'store',
        'retention',
        'logger',
        'resources',
        'timeoutMs',
        'clock',
      ].map((name) => [name, undefined]),
    );
    expect(resolveEngineOptions(nothing)).toMatchObject({
      ...engineDefaults,
      plugins: [],
      resources: {},
      retention: undefined,
      limits: {},
    });
  });

  it('is not changed by an owner that goes on using its options', async () => {
    const resources = { detector: 2 };
    const { engine } = await startEngine({ resources });
    resources.detector = 0;
    const handle = engine.submit(plain, null, { resources: { detector: 2 } });
    expect((await handle.result()).taskStatus).toBe('completed');
    await closeEngines();
  });
});

describe('Engine.submit', () => {
  afterEach(closeEngines);

  it.each([
    ['name', 5],
    ['note', {}],
    ['tags', 'one'],
    ['tags', ['one', 2]],
    ['by', 'ada'],
    ['by', {}],
    ['by', { who: 5 }],
    ['by', null],
    ['priority', Number.NaN],
    ['priority', Infinity],
    ['priority', '1'],
    ['hold', 'yes'],
    ['delayMs', -1],
    ['delayMs', Infinity],
    ['after', 5],
    ['after', ['1']],
    ['after', [Number.NaN]],
    ['after', [1.5]],
    ['after', [-1]],
    ['after', [0]],
    ['after', [1n]],
    ['after', [{ id: '1' }]],
    ['after', [null]],
    ['resources', 5],
    ['resources', ''],
    ['resources', null],
    ['resources', [5]],
    ['resources', { motor: 0 }],
    ['resources', { motor: 1.5 }],
    ['resources', { motor: '1' }],
    ['resources', { '': 1 }],
    ['idempotencyKey', ''],
    ['idempotencyKey', 5],
    ['signal', {}],
    ['onSettled', 'later'],
    ['timeoutMs', 0],
    ['timeoutMs', Number.NaN],
    ['queueTimeoutMs', 0],
    ['deadlineMs', -5],
    ['heartbeatTimeoutMs', '5'],
    ['teardownTimeoutMs', 0],
    ['graceMs', -1],
    ['retries', 1.5],
    ['retries', { baseMs: 5 }],
    ['retries', { max: 1, factor: 0 }],
    ['retries', { max: 1, tries: 3 }],
    ['prio', 1],
    ['__proto_', 1],
    ['toString', 1],
  ])('refuses %s %o by name and value, and makes no task', async (name, value) => {
    const { engine } = await startEngine();
    const error = refusalOf(() => engine.submit(plain, null, { [name]: value }));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(new RegExp(`^Option \`${name}\` must be .+, got .+\\.$`));
    expect(await engine.tasks.list()).toEqual([]);
  });

  it.each([null, 5, 'high', []])('refuses %o in place of options', async (options) => {
    const { engine } = await startEngine();
    const error = refusalOf(() => engine.submit(plain, null, options as SubmitOptions));
    expect(error.code).toBe('INVALID_OPTION');
  });

  it('takes undefined as not given', async () => {
    const { engine } = await startEngine();
    const options = {
      priority: undefined,
      after: undefined,
      resources: undefined,
      retries: undefined,
    };
    const handle = engine.submit(plain, 1, options as unknown as SubmitOptions);
    expect(await handle.output()).toBe(1);
  });

  it('names every bad field of an input, and makes no task', async () => {
    const { engine } = await startEngine();
    const scan = definePlugin({
      name: 'test.scan',
      input: z.object({ frames: z.number(), mode: z.enum(['fly', 'step']) }),
      process: () => null,
    });
    const error = refusalOf(() => engine.submit(scan, { frames: '5', mode: 'jump' } as never));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.fields.map(({ path }) => path)).toEqual(['frames', 'mode']);
    expect(await engine.tasks.list()).toEqual([]);
  });

  it('names the place of an input that cannot be stored, and makes no task', async () => {
    const { engine } = await startEngine();
    const error = refusalOf(() => engine.submit(plain, { scan: { at: new Date(0) } }));
    expect([error.code, error.message]).toEqual([
      'NOT_STORABLE',
      'The value at `input.scan.at` cannot be stored as JSON: it is a Date.',
    ]);
    expect(await engine.tasks.list()).toEqual([]);
  });

  it('keeps the input as given, whoever changes it', async () => {
    const { engine, clock } = await startEngine();
    const seen: unknown[] = [];
    const plugin = pluginOf(
      {
        process: ({ input }) => {
          const frames = input as number[];
          seen.push([...frames]);
          frames.push(99);
          throw new Error('no beam');
        },
      },
      { name: 'test.changing', retries: { max: 1, baseMs: 0 } },
    );
    const input = [1, 2];
    const handle = engine.submit(plugin, input);
    input.push(3);
    await clock.advance(1);
    await handle.result();
    expect([seen, handle.input]).toEqual([
      [
        [1, 2],
        [1, 2],
      ],
      [1, 2],
    ]);
  });

  it('fills in defaults for a task without input', async () => {
    const { engine } = await startEngine();
    const plugin = definePlugin({
      name: 'test.defaults',
      input: z.object({ x: z.number().default(3) }),
      process: ({ input }) => input.x ** 2,
    });
    const handle = engine.submit(plugin);
    expect([await handle.output(), handle.input]).toEqual([9, {}]);
  });

  it('fails a task whose output its schema refuses, or that cannot be stored', async () => {
    const { engine } = await startEngine();
    const wrong = definePlugin({
      name: 'test.wrong',
      output: z.object({ peaks: z.array(z.number()) }),
      process: () => ({ peaks: ['high'] }) as never,
    });
    expect((await engine.submit(wrong).result()).error).toMatchObject({
      code: 'INVALID_OUTPUT',
      phase: 'process',
      fields: [{ path: 'peaks[0]' }],
    });
    const unstorable = pluginOf({ process: () => ({ frames: [1, 5n] }) }, { name: 'test.big' });
    expect((await engine.submit(unstorable).result()).error).toMatchObject({
      code: 'NOT_STORABLE',
      message: 'The value at `output.frames[1]` cannot be stored as JSON: it is a bigint.',
    });
  });

  it('keeps output, summary, payload and checkpoint as they were', async () => {
    const { engine, clock } = await startEngine();
    const resumed: unknown[] = [];
    const frames: number[] = [];
    const plugin = pluginOf(
      {
        process: async ({ attempt, summary, payload, checkpoint, resumeFrom }) => {
          resumed.push(resumeFrom === undefined ? null : [...(resumeFrom as number[])]);
          if (attempt > 1) (resumeFrom as number[]).push(attempt);
          frames.push(attempt);
          summary(frames);
          payload(frames);
          if (attempt === 1) await checkpoint(frames);
          frames.push(100);
          if (attempt < 3) throw new Error('no beam');
          return frames;
        },
      },
      { name: 'test.keeping', retries: { max: 2, baseMs: 0 } },
    );
    const handle = engine.submit(plugin);
    await clock.advance(1);
    await clock.advance(1);
    const result = await handle.result();
    frames.push(200);
    expect(result).toMatchObject({
      payload: [1, 100, 2, 100, 3],
      summary: [1, 100, 2, 100, 3],
    });
    expect(await handle.output()).toEqual([1, 100, 2, 100, 3, 100]);
    expect(resumed).toEqual([null, [1], [1]]);
  });
});
