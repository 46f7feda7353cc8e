import type { Effect } from '../kernel/plugin-traits.ts';

/** The name of the plugin whose tasks are jobs. */
export const jobPluginName = 'runstate.job';

/** What a failure does to the steps beside it that run: it cancels them, or lets them finish. */
export type OnFailure = 'cancel' | 'finish';

/** What any step may say. */
export interface StepBase {
  /** A name for people. */
  readonly name?: string;
  /** Names of conditions that must be met before it starts. */
  readonly requires?: readonly string[];
}

/** What a step of steps may say. */
export interface CompositeBase extends StepBase {
  readonly steps: readonly StepDocument[];
  /**
   * What the first failure does to the steps that run; none is started after it either way.
   *
   * @defaultValue `'cancel'`
   */
  readonly onFailure?: OnFailure;
  /** How long all of it may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Steps one after the other. */
export interface SequentialDocument extends CompositeBase {
  readonly type: 'sequential';
}

/** Steps side by side. */
export interface ParallelDocument extends CompositeBase {
  readonly type: 'parallel';
  /** How many run at once; all of them without it. */
  readonly limit?: number;
}

/** A command on one device. */
export interface CommandDocument extends StepBase {
  readonly type: 'command';
  /** The device's name, or its address, such as `tango://host:10000/a/b/c`. */
  readonly device: string;
  readonly command: string;
  /** What the command is given. */
  readonly args?: unknown;
  /** How the command is followed and stopped. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A function of this process. */
export interface ActionDocument extends StepBase {
  readonly type: 'action';
  /** The name it is registered by; null for one that has none, and does not survive a restart. */
  readonly action: string | null;
  readonly args?: unknown;
  /** What repeating one without a name means. */
  readonly effect?: Effect;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** A task of a plugin. */
export interface TaskDocument extends StepBase {
  readonly type: 'task';
  /** The plugin's name. */
  readonly plugin: string;
  readonly input?: unknown;
  /** Options of its submission. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Nothing; done at once. */
export interface NoopDocument extends StepBase {
  readonly type: 'noop';
}

/** Steps that are written out elsewhere in the document: one that is very deep stands in parts. */
export interface PartDocument {
  readonly type: 'part';
  /** Which of the document's `parts`. */
  readonly part: number;
}

/** One step of a job, as plain data. */
export type StepDocument =
  | SequentialDocument
  | ParallelDocument
  | CommandDocument
  | ActionDocument
  | TaskDocument
  | NoopDocument
  | PartDocument;

/** A job as plain data: its outermost step. */
export type JobDocument = StepDocument & {
  /** What stands deeper than data may be nested. */
  readonly parts?: readonly StepDocument[];
};

/** What a step is. */
export type StepType = Exclude<StepDocument['type'], 'part'>;
