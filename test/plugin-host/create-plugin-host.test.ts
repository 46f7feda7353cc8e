import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import type { PluginHost } from '../../src/plugin-host/plugin-host.ts';
import { definePlugin, Plugin } from '../../src/plugin.ts';

const square = definePlugin({
  name: 'example.square',
  description: 'Squares.',
  input: z.object({ x: z.number().default(2) }),
  output: z.object({ result: z.number() }),
  effect: 'idempotent',
  timeoutMs: 500,
  resources: ['motor'],
  process: ({ input }) => ({ result: input.x ** 2 }),
});

const named = (name: string) => definePlugin({ name, process: () => null });

class Cube extends Plugin {
  static override readonly pluginName = 'example.cube';

  process(): null {
    return null;
  }
}

describe('createPluginHost', () => {
  let host: PluginHost;
  beforeEach(() => {
    host = createPluginHost();
  });
  afterEach(() => host.close());

  it('finds a registered plugin by its name, whatever the case', () => {
    expect(host.register(square)).toBe(square);
    expect(host.get('Example.SQUARE')).toBe(square);
    expect(host.get('example.cube')).toBeUndefined();
  });

  it('gives one definition for a class, however often it is registered', () => {
    const plugin = host.register(Cube);
    expect(plugin.name).toBe('example.cube');
    expect(host.register(Cube)).toBe(plugin);
  });

  it('takes the same object again, and refuses another one of that name', () => {
    host.register(square);
    expect(host.register(square)).toBe(square);
    expect(() => host.register(named('EXAMPLE.square'))).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_DUPLICATE',
        message: expect.stringContaining('registered already, as an object.'),
      }),
    );
    expect(host.get('example.square')).toBe(square);
  });

  it('has no module for a plugin that came as an object', () => {
    expect(host.moduleUrlOf(host.register(square))).toBeNull();
  });

  it('refreshes an object to itself, and an unknown name to nothing', async () => {
    host.register(square);
    expect(await host.refresh('example.Square')).toBe(square);
    expect(await host.refresh('example.cube')).toBeUndefined();
  });

  it('lists plugins by name', () => {
    for (const name of ['b.two', 'a.one', 'C.three']) host.register(named(name));
    expect(host.list().map(({ name }) => name)).toEqual(['a.one', 'b.two', 'C.three']);
  });

  it('describes a plugin as plain data, with JSON Schema of input and output', () => {
    host.register(square);
    const description = host.describe('EXAMPLE.SQUARE');
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description).toEqual({
      name: 'example.square',
      description: 'Squares.',
      effect: 'idempotent',
      runner: 'inline',
      suspend: 'cooperative',
      timeoutMs: 500,
      resources: ['motor'],
      isActor: false,
      input: { type: 'object', properties: { x: { type: 'number', default: 2 } } },
      output: {
        type: 'object',
        properties: { result: { type: 'number' } },
        required: ['result'],
        additionalProperties: false,
      },
      source: null,
      problems: [],
    });
  });

  it('describes what JSON Schema has no word for as anything', () => {
    const input = z.object({ at: z.date(), size: z.bigint() });
    host.register(definePlugin({ name: 'odd.schema', input, process: () => null }));
    expect(host.describe('odd.schema').input).toMatchObject({ properties: { at: {}, size: {} } });
    expect(host.describe('odd.schema').output).toBeNull();
  });

  it('answers an unknown name with those that were perhaps meant', () => {
    host.register(square);
    host.register(Cube);
    const ask = (name: string) => () => host.assertKnown(name);
    expect(ask('example.sqare')).toThrow(
      'There is no plugin "example.sqare". Did you mean "example.square"?',
    );
    expect(ask('cube')).toThrow('Did you mean "example.cube"?');
    expect(ask('something.else')).toThrow('There are: example.cube, example.square.');
    expect(ask('something.else')).toThrow(expect.objectContaining({ code: 'PLUGIN_UNKNOWN' }));
    expect(() => host.describe('x')).toThrow(expect.objectContaining({ code: 'PLUGIN_UNKNOWN' }));
  });

  it('says so when there is no plugin at all', () => {
    expect(() => host.assertKnown('example.square')).toThrow('No plugin is loaded.');
  });

  it('refuses a load timeout that is no time', () => {
    expect(() => createPluginHost({ loadTimeoutMs: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('refuses to load once it is closed, and still knows what it has', async () => {
    host.register(square);
    await host.close();
    await host.close();
    await expect(host.loadAll()).rejects.toMatchObject({ code: 'PLUGIN_HOST_CLOSED' });
    await expect(host.load('x.ts')).rejects.toMatchObject({ code: 'PLUGIN_HOST_CLOSED' });
    expect(await host.refresh('example.square')).toBe(square);
  });
});
