import { RunstateError } from '../kernel/errors.ts';
import type { StoreRow } from '../kernel/store-rows.ts';
import { deferred } from '../kernel/deferred.ts';
import { showValue } from '../wire/show-value.ts';
import { assertStorable, parseOutput } from '../wire/validation.ts';
import { freeResources } from './core.ts';
import type { Core } from './core.ts';
import type { Doubts } from './doubts.ts';
import type { Resolution, ResolveOptions } from './engine.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { actorExpected, isActor } from './request-check.ts';
import type { TaskRecord } from './task-record.ts';

const resolutions: readonly string[] = ['rerun', 'completed', 'failed'] satisfies Resolution[];

/** Takes a person's word on what became of a task that an engine's end left in doubt. */
export class Operator {
  readonly #core: Core;
  readonly #doubts: Doubts;
  readonly #gatekeeper: Gatekeeper;
  /** Tasks whose decision is being committed. */
  readonly #deciding = new Set<number>();

  constructor(core: Core, doubts: Doubts, gatekeeper: Gatekeeper) {
    this.#core = core;
    this.#doubts = doubts;
    this.#gatekeeper = gatekeeper;
  }

  /**
   * Resolves when the decision is committed: the task is pending again, or has settled.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`, `INVALID_OUTPUT`, `NOT_STORABLE`, `TASK_UNKNOWN`,
   *   `TASK_FORGOTTEN`, `TASK_NOT_AWAITING`, and what the store refuses with
   */
  async resolve(id: number, as: Resolution, options: ResolveOptions): Promise<TaskRecord> {
    assertDecision(as, options);
    const record = this.#core.doubts.get(id);
    if (record === undefined || this.#deciding.has(id)) throw await this.#refusal(id);
    const output = as === 'completed' ? outputOf(record, options.output) : null;
    this.#deciding.add(id);
    try {
      if (as === 'rerun') await this.#rerun(record, options);
      else await this.#settle(record, as, options, output);
    } finally {
      this.#deciding.delete(id);
    }
    return record;
  }

  /** From here on the attempt in doubt is one that was broken off, also after another crash. */
  async #rerun(record: TaskRecord, options: ResolveOptions): Promise<void> {
    const { id: taskId } = record;
    await this.#core.writer.commitAll([
      { kind: 'doubt', taskId, doubt: null },
      { kind: 'change', taskId, change: { cancel: null } },
      // Nobody could have met it while a person was asked.
      { kind: 'timer', taskId, timer: 'deadline', dueAt: null },
      ...this.#afresh(record),
    ]);
    if (record.isOver || record.cancellation !== null) return;
    freeResources(this.#core, record);
    record.doubt = null;
    if (record.continues) record.checkpoint = undefined;
    this.#tell(record, 'rerun', options);
    this.#gatekeeper.pass(record);
  }

  /** What goes on with an attempt that was broken off is to begin anew. */
  #afresh({ id: taskId, attempt, continues }: TaskRecord): readonly StoreRow[] {
    if (!continues) return [];
    return [{ kind: 'checkpoint', taskId, attempt, at: this.#core.clock.now(), value: null }];
  }

  async #settle(
    record: TaskRecord,
    as: 'completed' | 'failed',
    options: ResolveOptions,
    output: unknown,
  ): Promise<void> {
    record.output = output;
    const settled = (record.whenSettled ??= deferred());
    this.#tell(record, as, options);
    await settled.promise;
  }

  #tell(record: TaskRecord, as: Resolution, { by, reason }: ResolveOptions): void {
    record.asked = { by, reason };
    this.#doubts.wake(record);
    record.send({ type: 'task.resolve', as });
  }

  async #refusal(id: number): Promise<RunstateError> {
    const { live, store } = this.#core;
    if (this.#deciding.has(id)) return notAwaiting(id, 'decided already');
    const record = live.get(id);
    if (record !== undefined) return notAwaiting(id, record.state);
    const found = await store.lookup(id);
    if (found.found === 'task') return notAwaiting(id, found.state);
    return new RunstateError(found.found === 'forgotten' ? 'TASK_FORGOTTEN' : 'TASK_UNKNOWN', [id]);
  }
}

const notAwaiting = (id: number, state: string): RunstateError =>
  new RunstateError('TASK_NOT_AWAITING', [id, state], { taskId: id });

/** The plugin may be gone: then the output is only copied. */
function outputOf(record: TaskRecord, output: unknown): unknown {
  if (output === undefined) return null;
  return record.plugin.code === null && record.plugin.logic === null
    ? assertStorable(output, 'output')
    : parseOutput(record.plugin, output);
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
}

function assertDecision(as: unknown, options: Partial<ResolveOptions>): void {
  if (!resolutions.includes(as as string)) refuse('as', `one of ${resolutions.join(', ')}`, as);
  if (typeof options !== 'object' || options === null) {
    return refuse('options', 'an object `{ by, reason }`', options);
  }
  const { by, reason, output } = options;
  if (!isActor(by)) refuse('by', actorExpected, by);
  if (typeof reason !== 'string' || reason.trim() === '') {
    refuse('reason', 'a text that says how this is known', reason);
  }
  if (output !== undefined && as !== 'completed') {
    refuse('output', 'left out unless the task has completed', output);
  }
}
