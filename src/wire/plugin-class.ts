import type { z } from 'zod';
import type { PluginContext } from './plugin-context.ts';
import { finishPlugin } from './plugin.ts';
import type { AnyPluginCode, DefinedPlugin, PluginTraits } from './plugin.ts';

/** Marks base classes of plugins; what extends one is a plugin. */
export const classBrand: unique symbol = Symbol.for('runstate.plugin-class') as never;

/**
 * A plugin as a class: a new instance for each attempt, so its fields are the attempt's own.
 *
 * Static fields say what `definePlugin` takes as options: `pluginName` (the class's name, in lower
 * case, without it), `input`, `output` and `traits`.
 *
 * @example
 * ```ts
 * const input = z.object({ x: z.number().default(0) });
 * export class Cube extends Plugin<z.output<typeof input>, { result: number }> {
 *   static override readonly input = input;
 *   process() {
 *     return { result: this.input.x ** 3 };
 *   }
 * }
 * ```
 */
export abstract class Plugin<TInput = unknown, TOutput = unknown> {
  static readonly [classBrand]: boolean = true;
  /** `module.name`; without it the host makes it from the file's and the class's names. */
  static readonly pluginName: string | undefined = undefined;
  /** Schema of the input; any value is taken without one. */
  static readonly input: z.ZodType | undefined = undefined;
  /** Schema of the output; what `process` returns is not checked without one. */
  static readonly output: z.ZodType | undefined = undefined;
  /** Effect, runner, timeouts, retries, resources… */
  static readonly traits: PluginTraits = {};
  /** What a base class says for those that extend it; `traits` go before. */
  static readonly defaultTraits: PluginTraits = {};

  /** The attempt's context; set before `setup` is called. */
  declare readonly context: PluginContext<TInput, unknown>;

  /** The parsed input. */
  get input(): TInput {
    return this.context.input;
  }

  /** Prepares; called before `process`. */
  setup(): unknown {
    return undefined;
  }

  /** Does the work. */
  abstract process(): TOutput | Promise<TOutput>;

  /** Cleans up after every attempt. */
  teardown(): unknown {
    return undefined;
  }

  /** Stops what the signal cannot reach. */
  abort(): unknown {
    return undefined;
  }
}

/** A class that extends {@link Plugin} and can be submitted, registered or exported from a file. */
export interface PluginClass<TInput = unknown, TOutput = unknown> {
  new (): Plugin<TInput, TOutput>;
  readonly name: string;
  readonly pluginName: string | undefined;
  readonly input: z.ZodType | undefined;
  readonly output: z.ZodType | undefined;
  readonly traits: PluginTraits;
  readonly defaultTraits?: PluginTraits;
}

/** Whether a value, such as an export of a file, is a plugin class; a base class itself is none. */
export function isPluginClass(value: unknown): value is PluginClass {
  return typeof value === 'function' && classBrand in value && !Object.hasOwn(value, classBrand);
}

const codeOf = (PluginOfTask: PluginClass): AnyPluginCode => {
  const instance = new PluginOfTask();
  const given = (context: PluginContext<unknown, unknown>): Plugin =>
    Object.defineProperty(instance, 'context', { value: context, configurable: true });
  return {
    setup: (context) => given(context).setup(),
    process: (context) => given(context).process(),
    teardown: (context) => given(context).teardown(),
    abort: (context) => given(context).abort(),
  };
};

/** The definition of a plugin class; `fallbackName` names one that does not name itself. */
export function pluginFromClass(plugin: PluginClass, fallbackName?: string): DefinedPlugin {
  return finishPlugin({
    ...plugin.defaultTraits,
    ...plugin.traits,
    name: plugin.pluginName ?? fallbackName ?? plugin.name.toLowerCase(),
    input: plugin.input,
    output: plugin.output,
    code: () => codeOf(plugin),
    logic: null,
  });
}
