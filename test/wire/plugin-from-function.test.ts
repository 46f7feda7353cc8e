import { describe, expect, it } from 'vitest';
import { pluginFromFunction } from '../../src/index.ts';
import type { DefinedPlugin, PluginContext } from '../../src/index.ts';

const cube = ({ x = 0 }: { x?: number }): number => x ** 3;

const run = (plugin: DefinedPlugin, input: unknown): unknown =>
  plugin.code?.().process({ input } as PluginContext<unknown, unknown>);

describe('pluginFromFunction', () => {
  it('gives what the function returns as the result', async () => {
    expect(await run(pluginFromFunction(cube), { x: 3 })).toEqual({ result: 27 });
    expect(await run(pluginFromFunction(cube), {})).toEqual({ result: 0 });
  });

  it('waits for a promise', async () => {
    const later = pluginFromFunction(async ({ n }: { n: number }) => n + 1, { name: 'test.later' });
    expect(await run(later, { n: 1 })).toEqual({ result: 2 });
  });

  it("is named by options, or by the function's name", () => {
    expect(pluginFromFunction(cube).name).toBe('cube');
    expect(pluginFromFunction(cube, { name: 'example.cube', effect: 'idempotent' })).toMatchObject({
      name: 'example.cube',
      effect: 'idempotent',
    });
  });

  it('refuses a function without a name', () => {
    expect(() =>
      pluginFromFunction(
        (
          () => () =>
            1
        )(),
      ),
    ).toThrowError(expect.objectContaining({ code: 'PLUGIN_INVALID' }));
  });

  it('takes any object, and nothing else', () => {
    const { input } = pluginFromFunction(cube);
    expect(input.safeParse({ any: ['thing'] }).success).toBe(true);
    for (const wrong of [5, 'text', null, [1]]) expect(input.safeParse(wrong).success).toBe(false);
  });
});
