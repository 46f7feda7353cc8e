import type { BackgroundTask } from '../actors/background-task.ts';
import type { BackgroundAction } from '../actors/background-task-logic.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { BackgroundOptions } from './background-pool.ts';
import type { SubmitTaskOptions } from './background-task-processor.ts';

/** A {@link BackgroundTaskProcessor}, or anything that submits tasks as one does. */
export interface TaskSubmitter {
  submitTask(action: BackgroundAction, options: SubmitTaskOptions): BackgroundTask;
}

/** An engine, or anything that runs background tasks as one does. */
export interface BackgroundRunner {
  background(action: BackgroundAction, options: BackgroundOptions): BackgroundTask;
}

/** What the field `backgroundTaskProcessor` of an instance may hold. */
export type BackgroundTaskHost = TaskSubmitter | BackgroundRunner;

const has = <TName extends string>(
  value: unknown,
  name: TName,
): value is Record<TName, (...args: readonly unknown[]) => unknown> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)[name] === 'function';

/** The name of the class that `instance` belongs to; a class stands for itself. */
function classNameOf(instance: unknown): string {
  if (typeof instance === 'function') return instance.name;
  const { constructor } = Object(instance) as { readonly constructor?: { readonly name?: string } };
  return instance === undefined || instance === null ? 'unknown' : (constructor?.name ?? 'unknown');
}

/** Hands the work to what the instance holds; null when that is neither of the two. */
function submit(instance: unknown, name: string, action: BackgroundAction): BackgroundTask | null {
  const host: unknown = (instance as { readonly backgroundTaskProcessor?: unknown } | undefined)
    ?.backgroundTaskProcessor;
  if (has(host, 'submitTask')) {
    return (host as unknown as TaskSubmitter).submitTask(action, { name });
  }
  if (has(host, 'background')) {
    const options = { name, onDuplicateName: 'number' } as const;
    return (host as unknown as BackgroundRunner).background(action, options);
  }
  return null;
}

/**
 * Makes a method run in the background: a call returns the {@link BackgroundTask} of its work, which
 * is running already.
 *
 * Declare the method to return `BackgroundTask | Promise<void>` and let it return the promise of its
 * work (TypeScript allows that type on no `async` method). The instance holds a
 * {@link BackgroundTaskProcessor} or an engine in its field `backgroundTaskProcessor`; the task is
 * called `Class.method`. What the method throws ends the task and is kept for `exception()`. Inside,
 * `BackgroundTask.signal` says when to stop.
 *
 * @example
 * ```ts
 * class Beam {
 *   readonly backgroundTaskProcessor = new BackgroundTaskProcessor({ logger });
 *
 *   @backgroundTask
 *   configureBeam(config: Config): BackgroundTask | Promise<void> {
 *     return this.device.configure(config);
 *   }
 * }
 * ```
 * @throws {@link RunstateError} `PROCESSOR_MISSING`, at the call
 */
export function backgroundTask<This, TArgs extends unknown[]>(
  method: (this: This, ...args: TArgs) => BackgroundTask | Promise<void>,
  context: ClassMethodDecoratorContext<
    This,
    (this: This, ...args: TArgs) => BackgroundTask | Promise<void>
  >,
): (this: This, ...args: TArgs) => BackgroundTask {
  const methodName = String(context.name);
  return function callInBackground(this: This, ...args: TArgs): BackgroundTask {
    const className = classNameOf(this);
    const task = submit(this, `${className}.${methodName}`, () => method.apply(this, args));
    if (task === null) throw new RunstateError('PROCESSOR_MISSING', [className, methodName]);
    return task;
  };
}
