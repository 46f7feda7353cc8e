import type { AnyActorLogic, InputFrom, OutputFrom } from 'xstate';
import { z } from 'zod';
import { RunstateError } from '../kernel/errors.ts';
import { readImplSchemas } from '../kernel/impl-schemas.ts';
import type {
  Effect,
  ResourceRequest,
  RunnerName,
  SuspendPolicy,
} from '../kernel/plugin-traits.ts';
import type { RetryOptions } from '../kernel/retry.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { BuiltInTraits } from './built-in.ts';
import { whyNotRequired } from './condition.ts';
import type { Requirement } from './condition.ts';
import { isLoading } from './loading.ts';
import { assertPlugin } from './plugin-check.ts';
import type { PluginContext } from './plugin-context.ts';

/**
 * Marks plugins. A symbol of the global registry, so that a plugin file that brings its own copy of
 * runstate is known all the same.
 */
export const pluginBrand: unique symbol = Symbol.for('runstate.plugin') as never;

/** What a plugin says of itself beside its code. */
export interface PluginTraits {
  /** One sentence for people. */
  readonly description?: string;
  /**
   * What repeating it means.
   *
   * @defaultValue `'unsafe'`
   */
  readonly effect?: Effect;
  /**
   * Where its code runs.
   *
   * @defaultValue `'inline'`
   */
  readonly runner?: RunnerName;
  /**
   * How a running task of it is suspended.
   *
   * @defaultValue `'cooperative'`, and `'refuse'` when `effect` is `'unsafe'` or `logic` is given
   */
  readonly suspend?: SuspendPolicy;
  /** How long one attempt's setup and process may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long a ready task may wait for its start, in milliseconds. */
  readonly queueTimeoutMs?: number;
  /** How long a task may take from its submission to its last teardown, in milliseconds. */
  readonly deadlineMs?: number;
  /** How long an attempt may show no sign of life, in milliseconds. */
  readonly heartbeatTimeoutMs?: number;
  /** How long `teardown` and `abort` may take, in milliseconds. */
  readonly teardownTimeoutMs?: number;
  /** How long a cancelled attempt may take to end by itself, in milliseconds. */
  readonly graceMs?: number;
  /** Attempts after the first one. */
  readonly retries?: number | RetryOptions;
  /** What the task takes, all or nothing, while it runs. */
  readonly resources?: ResourceRequest;
  /**
   * Conditions that must be met before an attempt starts, and what each says of one that runs: made
   * by `condition`, or names of such that the engine knows.
   */
  readonly requires?: readonly Requirement[];
  /** Its tasks survive `engine.tasks.reset()`. */
  readonly enduring?: boolean;
  /** Its tasks are part of `engine.tasks.snapshot()`. */
  readonly saved?: boolean;
  /** Keys of a saved input that are left out when it is run again. */
  readonly reprocessIgnore?: readonly string[];
  /** Names of the data formats of the payload, as a list or in LUTE's text form, `"a;b"`. */
  readonly implSchemas?: string | readonly string[];
  /** `import.meta.url` of the file that exports it, so that workers and children can load it. */
  readonly module?: string;
}

/** A plugin's code. `process` does the work; the rest is optional. */
export interface PluginCode<TInput, TState, TReturn> {
  /** Prepares; what it returns is `state` of the context from then on. */
  setup?(context: PluginContext<TInput>): TState | Promise<TState>;
  process(context: PluginContext<TInput, TState>): TReturn | Promise<TReturn>;
  /** Cleans up; runs after every attempt, also a failed one, where the code still lives. */
  teardown?(context: PluginContext<TInput, TState | undefined>): unknown;
  /** Stops what `signal` cannot reach; called once, when the signal aborts. */
  abort?(context: PluginContext<TInput, TState | undefined>): unknown;
}

interface NamedPlugin<TSchema extends z.ZodType> extends PluginTraits {
  /** `module.name`; case does not matter. */
  readonly name: string;
  /** Schema of the input; any value is taken without one. */
  readonly input?: TSchema;
  /** Called with each task's result before anyone who waits for it; what it throws is logged. */
  onSettled?(result: TaskResult): void;
}

/** A plugin with an output schema: `process` returns what the schema takes. */
export interface CheckedPlugin<TSchema extends z.ZodType, TOutput extends z.ZodType, TState>
  extends NamedPlugin<TSchema>, PluginCode<z.output<TSchema>, TState, z.input<TOutput>> {
  readonly output: TOutput;
  readonly logic?: never;
}

/** A plugin without an output schema: its output is what `process` returns. */
export interface UncheckedPlugin<TSchema extends z.ZodType, TState, TReturn>
  extends NamedPlugin<TSchema>, PluginCode<z.output<TSchema>, TState, TReturn> {
  readonly output?: never;
  readonly logic?: never;
}

/** A plugin whose work is a user's own actor: input and output of the actor are the task's. */
export interface LogicPlugin<
  TLogic extends AnyActorLogic,
  TSchema extends z.ZodType<InputFrom<TLogic>>,
  TOutput extends z.ZodType<unknown, OutputFrom<TLogic>>,
> extends NamedPlugin<TSchema> {
  readonly logic: TLogic;
  readonly output?: TOutput;
  readonly process?: never;
  readonly setup?: never;
  readonly teardown?: never;
  readonly abort?: never;
}

/** The code of any plugin, its types left out. */
export type AnyPluginCode = PluginCode<unknown, unknown, unknown>;

/** A plugin that is ready to be submitted, registered or loaded. */
export interface DefinedPlugin<TInput = unknown, TOutput = unknown> extends PluginTraits {
  readonly [pluginBrand]: true;
  readonly name: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType | null;
  readonly effect: Effect;
  readonly runner: RunnerName;
  readonly suspend: SuspendPolicy;
  /** Makes the code of one attempt: the same object, or a new instance of a plugin class. */
  readonly code: (() => AnyPluginCode) | null;
  readonly logic: AnyActorLogic | null;
  readonly implSchemas?: readonly string[];
  readonly onSettled: ((result: TaskResult) => void) | null;
  /** Set on the engine's own plugins. */
  readonly builtIn?: BuiltInTraits;
  /** Carries the types; never there at run time. */
  readonly types?: { readonly input: TInput; readonly output: TOutput };
}

/** Completes and checks what all plugins share; the code comes from the caller. */
export function finishPlugin<TInput, TOutput>(
  given: PluginTraits & {
    readonly name: string;
    readonly input?: z.ZodType | undefined;
    readonly output?: z.ZodType | null | undefined;
    readonly code: (() => AnyPluginCode) | null;
    readonly logic: AnyActorLogic | null;
    readonly onSettled?: ((result: TaskResult) => void) | null | undefined;
  },
): DefinedPlugin<TInput, TOutput> {
  const refuse = (field: string, problem: string): never => {
    throw new RunstateError('PLUGIN_INVALID', [given.name, field, problem]);
  };
  const { code, logic, input, output, onSettled, ...allTraits } = given;
  assertPlugin({
    ...allTraits,
    input,
    output: output ?? undefined,
    onSettled: onSettled ?? undefined,
    logic: logic ?? undefined,
  });
  const { implSchemas, ...traits } = allTraits;
  const schemas = readImplSchemas(implSchemas);
  const effect = given.effect ?? 'unsafe';
  const runner = given.runner ?? 'inline';
  const cannotPause = effect === 'unsafe' || logic !== null;
  const suspend = given.suspend ?? (cannotPause ? 'refuse' : 'cooperative');
  if (suspend === 'signal' && runner !== 'process') {
    refuse('suspend', '`signal` needs `runner: "process"`: only a process group can be stopped');
  }
  const whyNot = whyNotRequired(suspend, given.requires ?? []);
  if (whyNot !== null) refuse('requires', `cannot be kept: ${whyNot}`);
  if (logic !== null && runner !== 'inline') {
    refuse('runner', 'must be `inline` for a plugin with `logic`');
  }
  if (runner !== 'inline' && given.module === undefined && !isLoading()) {
    throw new RunstateError('PLUGIN_NOT_PORTABLE', [given.name, runner]);
  }
  return Object.freeze({
    ...traits,
    ...(schemas === null ? {} : { implSchemas: schemas }),
    [pluginBrand]: true as const,
    input: input ?? z.unknown(),
    output: output ?? null,
    effect,
    runner,
    suspend,
    code,
    logic,
    onSettled: onSettled ?? null,
  });
}

/**
 * Defines a named kind of work.
 *
 * @example
 * ```ts
 * const square = definePlugin({
 *   name: 'example.square',
 *   input: z.object({ x: z.number() }),
 *   output: z.object({ result: z.number() }),
 *   effect: 'idempotent',
 *   process: ({ input }) => ({ result: input.x ** 2 }),
 * });
 * ```
 * @throws {@link RunstateError} `PLUGIN_INVALID`, naming the field; `PLUGIN_NOT_PORTABLE` when
 *   `runner` is `thread` or `process` and neither the plugin host nor `module` says where the code is
 */
export function definePlugin<
  TLogic extends AnyActorLogic,
  TSchema extends z.ZodType<InputFrom<TLogic>> = z.ZodType<InputFrom<TLogic>, InputFrom<TLogic>>,
  TOutput extends z.ZodType<unknown, OutputFrom<TLogic>> = z.ZodType<
    OutputFrom<TLogic>,
    OutputFrom<TLogic>
  >,
>(
  plugin: LogicPlugin<TLogic, TSchema, TOutput>,
): DefinedPlugin<z.input<TSchema>, z.output<TOutput>>;
export function definePlugin<TReturn, TSchema extends z.ZodType = z.ZodUnknown, TState = undefined>(
  plugin: UncheckedPlugin<TSchema, TState, TReturn>,
): DefinedPlugin<z.input<TSchema>, TReturn>;
export function definePlugin<
  TOutput extends z.ZodType,
  TSchema extends z.ZodType = z.ZodUnknown,
  TState = undefined,
>(
  plugin: CheckedPlugin<TSchema, TOutput, TState>,
): DefinedPlugin<z.input<TSchema>, z.output<TOutput>>;
export function definePlugin(
  plugin: NamedPlugin<z.ZodType> &
    Partial<AnyPluginCode> & { readonly output?: z.ZodType; readonly logic?: AnyActorLogic },
): DefinedPlugin {
  const { setup, process, teardown, abort, logic, ...traits } = plugin;
  if ((process === undefined) === (logic === undefined)) {
    throw new RunstateError('PLUGIN_INVALID', [
      plugin.name,
      'process',
      'must be given, or `logic` in its place, and not both',
    ]);
  }
  assertPlugin(plugin);
  const code = process === undefined ? null : { ...plugin, process };
  return finishPlugin({
    ...traits,
    code: code === null ? null : () => code,
    logic: logic ?? null,
  });
}

/** Whether a value, such as an export of a file, is a plugin made by `definePlugin`. */
export function isDefinedPlugin(value: unknown): value is DefinedPlugin {
  return typeof value === 'object' && value !== null && pluginBrand in value;
}
