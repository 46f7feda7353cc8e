import type { z } from 'zod';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import type { ReportPaths } from '../wire/summary-plots.ts';

/**
 * Types of plugins that are submitted by name. Empty until a program says more:
 *
 * @example
 * ```ts
 * declare module 'runstate' {
 *   interface PluginRegistry {
 *     'example.square': typeof square;
 *     'example.cube': { input: { x?: number }; output: { result: number } };
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface PluginRegistry {}

/** What can be submitted as an object. */
export type Submittable = DefinedPlugin | PluginClass;

type TypesOf<TPlugin extends DefinedPlugin> = NonNullable<TPlugin['types']>;

/** The input that a plugin takes, before defaults are filled in. */
export type InputOf<TPlugin> = TPlugin extends DefinedPlugin
  ? TypesOf<TPlugin>['input']
  : TPlugin extends { readonly input: infer TSchema extends z.ZodType }
    ? z.input<TSchema>
    : TPlugin extends new () => { readonly input: infer TInput }
      ? TInput
      : unknown;

/** The output of a plugin's tasks; a report in it is the path of its page. */
export type OutputOf<TPlugin> = TPlugin extends DefinedPlugin
  ? ReportPaths<TypesOf<TPlugin>['output']>
  : TPlugin extends { readonly output: infer TSchema extends z.ZodType }
    ? z.output<TSchema>
    : TPlugin extends new () => { process(): infer TReturn }
      ? ReportPaths<Awaited<TReturn>>
      : unknown;

/** The input that a name of {@link PluginRegistry} takes. */
export type InputOfName<TName extends keyof PluginRegistry> =
  PluginRegistry[TName] extends Submittable
    ? InputOf<PluginRegistry[TName]>
    : PluginRegistry[TName] extends { input: infer TInput }
      ? TInput
      : unknown;

/** The output of a name of {@link PluginRegistry}. */
export type OutputOfName<TName extends keyof PluginRegistry> =
  PluginRegistry[TName] extends Submittable
    ? OutputOf<PluginRegistry[TName]>
    : PluginRegistry[TName] extends { output: infer TOutput }
      ? TOutput
      : unknown;

/** A name that {@link PluginRegistry} says nothing of. */
export type UnknownName<TName extends string> = TName extends keyof PluginRegistry ? never : TName;

/** Input and options of a submission; the input may be left out where nothing of it is required. */
export type SubmitArguments<TInput, TOptions> = object extends TInput
  ? [input?: TInput, options?: TOptions]
  : undefined extends TInput
    ? [input?: TInput, options?: TOptions]
    : [input: TInput, options?: TOptions];
