import { afterEach, describe, expect, it } from 'vitest';
import { action, noop, parallel, sequential, task } from '../../src/index.ts';
import type { Job } from '../../src/index.ts';
import { closeEngines, makeEngine, pluginOf, startEngine } from '../support/engine-under-test.ts';

afterEach(closeEngines);

describe('engine.actions', () => {
  it('gives functions names, by which jobs call them', async () => {
    const { engine } = makeEngine();
    engine.actions.register('add', ({ args, jobId, step }) => [args, jobId > 0, step]);
    engine.actions.register('look', () => 1, { effect: 'idempotent' });
    expect(engine.actions.list()).toEqual([
      { name: 'add', effect: 'unsafe' },
      { name: 'look', effect: 'idempotent' },
    ]);
    await engine.start();
    const handle = engine.runJob(sequential([action('add', { x: 1 }), action('look')]));
    expect(await handle.output()).toEqual([[{ x: 1 }, true, 'steps[0]'], 1]);
  });

  it('refuses a name that is taken, and what is no action', async () => {
    const { engine } = makeEngine();
    engine.actions.register('add', () => 1);
    expect(() => engine.actions.register('add', () => 2)).toThrow(
      expect.objectContaining({ code: 'ACTION_DUPLICATE' }),
    );
    for (const [name, run, options] of [
      ['', () => 1, {}],
      ['x', 'no function', {}],
      ['x', () => 1, { effect: 'harmless' }],
    ] as const) {
      expect(() => engine.actions.register(name, run as never, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });
});

describe('engine.runJob', () => {
  const refusal = (run: () => unknown): unknown => {
    try {
      run();
      return null;
    } catch (error) {
      return error;
    }
  };

  it.each([
    ['an unknown action', action('lok'), 'ACTION_UNKNOWN', 'action', 'Did you mean "look"?'],
    ['an unknown plugin', task('nothing'), 'PLUGIN_UNKNOWN', 'plugin', 'nothing'],
    [
      'a bad option',
      task('test.work', 1, { timeoutMs: -1 }),
      'INVALID_OPTION',
      'options',
      'timeoutMs',
    ],
    ['what cannot be kept', task('test.work', { x: () => 1 }), 'NOT_STORABLE', 'input', 'function'],
  ])('refuses %s at once, and names the step', async (_, step, code, field, words) => {
    const { engine } = await startEngine();
    engine.actions.register('look', () => 1);
    engine.plugins.register(pluginOf({}));
    const job: Job = sequential([noop(), parallel([step])]);
    expect(refusal(() => engine.runJob(job))).toMatchObject({
      code,
      message: expect.stringContaining(words),
      fields: [{ path: `steps[1].steps[0].${field}` }],
    });
    expect(await engine.tasks.list()).toEqual([]);
  });

  it.each([
    [null, 'job', 'must be a step'],
    [{ type: 'loop' }, 'type', 'must be one of'],
    [{ type: 'sequential' }, 'steps', 'must be a list of steps'],
    [
      { type: 'sequential', steps: [{ type: 'noop' }, { type: 'command', device: 'a' }] },
      'steps[1].command',
      'must be a text, got undefined',
    ],
    [{ type: 'parallel', steps: [], limit: 0 }, 'limit', 'must be 1 or more, got 0'],
    [{ type: 'sequential', steps: [], limit: 2 }, 'limit', 'is no field'],
    [
      { type: 'sequential', steps: [], onFailure: 'ignore' },
      'onFailure',
      "must be 'cancel' or 'finish'",
    ],
    [{ type: 'action', action: null }, 'action', 'must be the name of a registered action'],
    [{ type: 'sequential', steps: [{ type: 'part', part: 3 }] }, 'steps[0].part', 'is not there'],
    [{ type: 'sequential', steps: [], parts: 'none' }, 'parts', 'must be a list'],
  ])('refuses a document that is wrong: %j', async (document, path, words) => {
    const { engine } = await startEngine();
    expect(refusal(() => engine.runJob(document as never))).toMatchObject({
      code: 'JOB_INVALID',
      message: expect.stringContaining(`\`${path}\` ${words}`.slice(0, path.length + 2)),
      fields: [{ message: expect.stringContaining(words) }],
    });
  });

  it('refuses a job that holds itself', async () => {
    const { engine } = await startEngine();
    const steps: unknown[] = [];
    steps.push({ type: 'sequential', steps });
    expect(refusal(() => engine.runJob({ type: 'sequential', steps } as never))).toMatchObject({
      code: 'JOB_INVALID',
      message: expect.stringContaining('nested deeper'),
    });
  });

  it('refuses after the close', async () => {
    const { engine, shut } = await startEngine();
    await shut();
    expect(refusal(() => engine.runJob(noop()))).toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });
});
