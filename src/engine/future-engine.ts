import { FutureOutput } from './future-output.ts';
import { submitEach } from './future-parts.ts';
import type { FutureShape } from './future-parts.ts';
import { futureSource } from './future-source.ts';
import type { FutureHost, FutureSubmitter } from './future-source.ts';
import type { SubmitOptions } from './submission.ts';
import type {
  InputOf,
  InputOfName,
  OutputOf,
  OutputOfName,
  PluginRegistry,
  Submittable,
} from './types.ts';

/** The part of an engine that submits many at once. */
export interface FutureEngine extends FutureHost {
  /**
   * Submits one task for each input, in their order, and gives one future over all of them. An input
   * that is refused is a failed computation of the future like any other, and loses none of the
   * others. With an `idempotencyKey` each input has its own, `<key>/<index>`, so that the same call
   * made again gives the same tasks.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_OPTION`, and what would refuse every
   *   input alike: `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE`, `RESOURCE_TOO_SMALL`
   */
  submitAll<TPlugin extends Submittable>(
    plugin: TPlugin,
    inputs: readonly InputOf<TPlugin>[],
    options?: SubmitOptions<OutputOf<TPlugin>>,
  ): FutureOutput<OutputOf<TPlugin>>;
  /**
   * One input, given as one: its future gives one value, and an `idempotencyKey` is taken as it is. An
   * array is always a list of inputs.
   */
  submitAll<TPlugin extends Submittable>(
    plugin: TPlugin,
    input: Exclude<InputOf<TPlugin>, readonly unknown[]>,
    options?: SubmitOptions<OutputOf<TPlugin>>,
  ): FutureOutput<OutputOf<TPlugin>, 'one'>;
  /** Submits many by name: the types are unknown unless {@link PluginRegistry} says more. */
  submitAll<TName extends string>(
    name: TName,
    inputs: readonly (TName extends keyof PluginRegistry ? InputOfName<TName> : unknown)[],
    options?: SubmitOptions,
  ): FutureOutput<TName extends keyof PluginRegistry ? OutputOfName<TName> : unknown>;
  /** Submits one by name, as one. */
  submitAll<TName extends string>(
    name: TName,
    input: TName extends keyof PluginRegistry
      ? Exclude<InputOfName<TName>, readonly unknown[]>
      : unknown,
    options?: SubmitOptions,
  ): FutureOutput<TName extends keyof PluginRegistry ? OutputOfName<TName> : unknown, 'one'>;
}

/** Submits many at once to `source`. */
export function futureEngine(source: FutureSubmitter): FutureEngine {
  const submitAll = <TOutput, TShape extends FutureShape>(
    plugin: string | Submittable,
    inputs: unknown,
    options?: SubmitOptions,
  ): FutureOutput<TOutput, TShape> => new FutureOutput(submitEach(source, plugin, inputs, options));
  return { [futureSource]: source, submitAll };
}
