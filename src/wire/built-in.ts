import type { z } from 'zod';
import type { Effect } from '../kernel/plugin-traits.ts';
import type { LeftEnding } from '../kernel/runner.ts';
import type { Verdict } from '../kernel/task-machine-types.ts';
import type { PluginContext } from './plugin-context.ts';
import { finishPlugin } from './plugin.ts';
import type { DefinedPlugin, PluginCode, PluginTraits } from './plugin.ts';

/**
 * Plugins that the engine brings itself: device commands and jobs. Their work lies elsewhere (on a
 * device, in other tasks), so they know more of it than a user's plugin can say.
 */

/** What a built-in plugin's code is given beside what every plugin is. */
export interface BuiltInContext<TInput = unknown> extends PluginContext<TInput, unknown> {
  /** The work was stopped where it is done, not by this code: the answer to a cancel says so. */
  readonly acknowledge: (by: 'device') => void;
  /**
   * Nothing stops the work: the task ends now, and keeps its resources until this code returns.
   * `stillRunning` names what goes on.
   */
  readonly leave: (ending: LeftEnding) => void;
}

/** The code of a built-in plugin; it can stand still where the work is done. */
export interface BuiltInCode<TInput = unknown, TReturn = unknown> {
  setup?(context: PluginContext<TInput>): unknown;
  process(context: BuiltInContext<TInput>): TReturn | Promise<TReturn>;
  /** Brings the work to a standstill; resolves when it stands still, rejects when it goes on. */
  pause?(context: BuiltInContext<TInput>): Promise<void>;
  /** Lets it go on; rejects when it stands still yet. */
  resume?(context: BuiltInContext<TInput>): Promise<void>;
}

/** What a built-in plugin says of itself beside what every plugin may say. */
export interface BuiltInTraits {
  /** Its tasks take no slot of the engine's `concurrency`: their work is done elsewhere. */
  readonly isSlotless: boolean;
  /**
   * An attempt that the engine's end broke off is gone on with by another one, whatever the effect:
   * the code looks at its last checkpoint before it does anything.
   */
  readonly continues: boolean;
  /** Its work is in other tasks, which take their own grace to end before it can. */
  readonly waitsForTasks?: boolean;
  /** What repeating the work of this input means, where the plugin's own word is too mild. */
  readonly effectOf?: (input: unknown) => Effect;
  /** Why the work of this input cannot be suspended; null when it can. */
  readonly cannotSuspend?: (input: unknown) => string | null;
  /** What goes on elsewhere when an attempt with this checkpoint is abandoned, by its names there. */
  readonly stillRunning?: (checkpoint: unknown) => readonly string[];
  /** Who brings the work to a standstill. */
  readonly pausedBy: 'device' | 'plugin';
}

interface BuiltInDefinition<TSchema extends z.ZodType, TReturn>
  extends PluginTraits, BuiltInTraits {
  readonly name: string;
  readonly input: TSchema;
  readonly code: () => BuiltInCode<z.output<TSchema>, TReturn>;
}

/** Makes a plugin of the engine's own; it runs inline. */
export function builtInPlugin<TSchema extends z.ZodType, TReturn>(
  definition: BuiltInDefinition<TSchema, TReturn>,
): DefinedPlugin<z.input<TSchema>, TReturn> {
  const { isSlotless, continues, pausedBy, code, ...others } = definition;
  const { waitsForTasks = false, effectOf, cannotSuspend, stillRunning, ...traits } = others;
  const plugin = finishPlugin<z.input<TSchema>, TReturn>({
    ...traits,
    runner: 'inline',
    suspend: 'cooperative',
    code,
    logic: null,
  });
  const builtIn: BuiltInTraits = {
    isSlotless,
    continues,
    waitsForTasks,
    pausedBy,
    ...(effectOf === undefined ? {} : { effectOf }),
    ...(cannotSuspend === undefined ? {} : { cannotSuspend }),
    ...(stillRunning === undefined ? {} : { stillRunning }),
  };
  return Object.freeze({ ...plugin, builtIn });
}

/** The hooks of a code that can stand still where its work is done. */
export const standstillOf = (
  code: PluginCode<unknown, unknown, unknown> | null,
): Pick<BuiltInCode, 'pause' | 'resume'> => (code ?? {}) as Pick<BuiltInCode, 'pause' | 'resume'>;

/** Thrown by a built-in plugin's code: the work ended otherwise than by failing. */
export class EndedOtherwise extends Error {
  override readonly name = 'EndedOtherwise';
  readonly verdict: Verdict;
  /** What the task's error says. */
  readonly error: unknown;

  constructor(verdict: Verdict, error: unknown) {
    super(verdict, { cause: error });
    this.verdict = verdict;
    this.error = error;
  }
}
