import type { TaskParent } from '../kernel/job-steps.ts';
import type { StoredStep } from '../kernel/job-steps.ts';
import type { Effect } from '../kernel/plugin-traits.ts';
import { stricter } from '../kernel/plugin-traits.ts';
import type { BuiltInContext } from '../wire/built-in.ts';
import type { ActionFunction } from '../wire/job.ts';
import type { JobDocument } from '../wire/job-document.ts';
import { planJob } from '../wire/job-plan.ts';
import type { JobReferences } from '../wire/read-job.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { Actions } from './actions.ts';
import { engineJobPort } from './engine-job-port.ts';
import type { JobPort } from './job-port.ts';
import { jobPlugin } from './job-plugin.ts';
import type { SubmitOptions } from './submission.ts';
import type { TaskHandle } from './task-handle.ts';
import { readSteps } from './stored-contents.ts';
import { listChildren } from './task-list.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/** What jobs need of the engine. */
export interface JobsHost {
  readonly room: TaskRoom;
  /** Resolves when the engine takes work in: a job of an earlier engine is taken up before that. */
  whenOpen(): Promise<void>;
  /** @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, and what a submission throws */
  submit(plugin: string, input: unknown, options: SubmitOptions, parent: TaskParent): TaskHandle;
  /** The plugin of that name, if there is one. */
  plugin(name: string): DefinedPlugin | undefined;
}

/** The jobs of an engine: the plugin whose tasks they are, and what of them is not data. */
export class Jobs {
  readonly actions = new Actions();
  readonly plugin = jobPlugin(this);
  readonly #host: JobsHost;
  /** Functions that stand in jobs, by the job's id; they do not survive the process. */
  readonly #references = new Map<number, JobReferences>();

  constructor(host: JobsHost) {
    this.#host = host;
  }

  /** Keeps what of a job is no data until it has settled. */
  refer(handle: TaskHandle, references: JobReferences): void {
    if (references.actions.size === 0 || this.#references.has(handle.id)) return;
    this.#references.set(handle.id, references);
    handle.onSettled(() => void this.#references.delete(handle.id));
  }

  /** Resolves when steps can be submitted. */
  whenOpen(): Promise<void> {
    return this.#host.whenOpen();
  }

  /** What repeating a job means: what repeating its strictest step does. */
  effectOf(job: JobDocument): Effect {
    let effect: Effect = 'idempotent';
    for (const { document } of planJob(job)) {
      switch (document.type) {
        case 'command':
          return 'unsafe';
        case 'action': {
          const { action, effect: given = 'unsafe' } = document;
          const named = action === null ? given : (this.actions.find(action)?.effect ?? 'unsafe');
          effect = stricter(effect, named);
          break;
        }
        case 'task':
          effect = stricter(effect, this.#effectOfTask(document.plugin, document.input));
          break;
        default:
      }
    }
    return effect;
  }

  #effectOfTask(name: string, input: unknown): Effect {
    const plugin = this.#host.plugin(name);
    return plugin?.builtIn?.effectOf?.(input) ?? plugin?.effect ?? 'unsafe';
  }

  /**
   * What earlier attempts have left: the steps that are kept, and the tasks that were made for a step
   * which the engine did not live to keep.
   */
  async known(id: number): Promise<readonly StoredStep[]> {
    const { core, registry } = this.#host.room;
    const steps = new Map((await readSteps(core, id)).map((step) => [step.path, step]));
    for (const { id: taskId, parent, submittedAt } of await listChildren(core, registry, id)) {
      const path = parent?.step ?? '';
      if (taskId <= (steps.get(path)?.taskId ?? 0)) continue;
      steps.set(path, { path, state: 'running', taskId, startedAt: submittedAt });
    }
    return [...steps.values()];
  }

  /** Grace that the job's tasks have when it is told to end. */
  graceOf(id: number): number {
    const record = this.#record(id);
    return record?.cancellation?.graceMs ?? record?.limits.graceMs ?? 0;
  }

  /** The function without a name at a step; undefined after a restart. */
  reference(id: number, path: string): ActionFunction | undefined {
    return this.#references.get(id)?.actions.get(path);
  }

  portOf(context: BuiltInContext<JobDocument>): JobPort {
    return engineJobPort(this, this.#host, context);
  }

  #record(id: number): TaskRecord | undefined {
    return this.#host.room.core.live.get(id);
  }
}
