import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Plugin } from '../../src/index.ts';
import { isPluginClass, pluginFromClass } from '../../src/wire/plugin-class.ts';
import type { PluginContext } from '../../src/index.ts';

const input = z.object({ x: z.number().default(0) });

class Cube extends Plugin<z.output<typeof input>, { result: number }> {
  static override readonly pluginName = 'example.cube';
  static override readonly input = input;
  static override readonly traits = { effect: 'idempotent', timeoutMs: 500 } as const;
  calls = 0;

  process(): { result: number } {
    this.calls += 1;
    return { result: this.input.x ** 3 * this.calls };
  }
}

class Bare extends Plugin {
  process(): number {
    return 1;
  }
}

const contextOf = (given: unknown): PluginContext<unknown, unknown> =>
  ({ input: given, id: 1, attempt: 1 }) as PluginContext<unknown, unknown>;

describe('isPluginClass', () => {
  it('knows a class that extends Plugin, at any distance', () => {
    class Deeper extends Cube {}
    expect([Cube, Bare, Deeper].map(isPluginClass)).toEqual([true, true, true]);
  });

  it.each([Plugin, class {}, () => 1, null, undefined, 'Cube', new Cube()])(
    'refuses %o',
    (value) => {
      expect(isPluginClass(value)).toBe(false);
    },
  );
});

describe('pluginFromClass', () => {
  it('takes name, schemas and traits from static fields', () => {
    expect(pluginFromClass(Cube)).toMatchObject({
      name: 'example.cube',
      input,
      output: null,
      effect: 'idempotent',
      timeoutMs: 500,
    });
  });

  it('is named by the file, or by the class, without a name of its own', () => {
    expect(pluginFromClass(Bare, 'module.bare').name).toBe('module.bare');
    expect(pluginFromClass(Bare).name).toBe('bare');
  });

  it('wants a name', () => {
    expect(() => pluginFromClass(class extends Bare {})).toThrowError(
      expect.objectContaining({ code: 'PLUGIN_INVALID' }),
    );
  });

  it('makes an instance for each attempt', () => {
    const { code } = pluginFromClass(Cube);
    const results = [1, 2].map(() => code?.().process(contextOf({ x: 2 })));
    expect(results).toEqual([{ result: 8 }, { result: 8 }]);
  });

  it('keeps the instance for all phases of an attempt', async () => {
    const seen: string[] = [];
    class Beam extends Plugin<unknown, void> {
      #beam = 'closed';
      override setup(): void {
        this.#beam = 'open';
      }
      process(): void {
        seen.push(`process ${this.#beam} ${this.context.id}`);
      }
      override teardown(): void {
        seen.push(`teardown ${this.#beam}`);
      }
      override abort(): void {
        seen.push(`abort ${this.#beam}`);
      }
    }
    const code = pluginFromClass(Beam, 'test.beam').code?.();
    await code?.setup?.(contextOf(null) as PluginContext);
    await code?.process(contextOf(null));
    await code?.abort?.(contextOf(null));
    await code?.teardown?.(contextOf(null));
    expect(seen).toEqual(['process open 1', 'abort open', 'teardown open']);
  });
});
