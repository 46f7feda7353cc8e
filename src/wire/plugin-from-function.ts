import { z } from 'zod';
import { RunstateError } from '../kernel/errors.ts';
import { finishPlugin } from './plugin.ts';
import type { DefinedPlugin, PluginTraits } from './plugin.ts';

/** What a plugin made from a function may say of itself. */
export interface FunctionPluginOptions extends PluginTraits {
  /**
   * `module.name`.
   *
   * @defaultValue the function's name
   */
  readonly name?: string;
}

/**
 * Makes a plugin of a function that takes its input as one object: the output is
 * `{ result: <what it returned> }`, as dahu's `plugin_from_function` has it.
 *
 * @example
 * ```ts
 * const cube = pluginFromFunction(({ x = 0 }: { x?: number }) => x ** 3, { name: 'example.cube' });
 * ```
 * @throws {@link RunstateError} `PLUGIN_INVALID` for a function without a name when none is given
 */
export function pluginFromFunction<TInput extends object, TResult>(
  work: (input: TInput) => TResult | Promise<TResult>,
  options: FunctionPluginOptions = {},
): DefinedPlugin<TInput, { result: TResult }> {
  const name = options.name ?? work.name;
  if (name === '') {
    throw new RunstateError('PLUGIN_INVALID', [
      '(anonymous function)',
      'name',
      'must be given: the function has none',
    ]);
  }
  return finishPlugin({
    ...options,
    name,
    input: z.record(z.string(), z.unknown()),
    code: () => ({
      process: async ({ input }) => ({ result: await work(input as TInput) }),
    }),
    logic: null,
  });
}
