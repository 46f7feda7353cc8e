import { RunstateError } from '../kernel/errors.ts';
import type { TaskParent } from '../kernel/job-steps.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { describeError, messageOf, taskError } from '../kernel/task-error.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { readInput } from '../wire/read-input.ts';
import type { ReadFile } from '../wire/read-input.ts';
import { keepInput, parseInput } from '../wire/validation.ts';
import { startDeadline } from './deadlines.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import { readInputFile } from './input-files.ts';
import { resolveLimits } from './limits.ts';
import type { TaskLimits } from './limits.ts';
import type { ResourceUnits } from './resource-ledger.ts';
import { spawnTask } from './spawn-task.ts';
import { submissionRows } from './stored-task.ts';
import { assertSubmitOptions } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import { TaskHandle } from './task-handle.ts';
import type { TaskIds } from './task-ids.ts';
import { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

const noOptions: SubmitOptions = {};

interface PluginDefaults {
  readonly limits: TaskLimits;
  readonly request: ResourceUnits;
}

/** Turns a submission into a live task, or refuses it at once and makes none. */
export class Submitter {
  readonly #room: TaskRoom;
  readonly #options: ResolvedEngineOptions;
  readonly #ids: TaskIds;
  readonly #keys: IdempotencyKeys;
  readonly #readFile: ReadFile | null;
  /** Limits and resources of a plugin whose submission says nothing of them: shared by its tasks. */
  readonly #defaults = new WeakMap<DefinedPlugin, PluginDefaults>();

  constructor(room: TaskRoom, options: ResolvedEngineOptions, ids: TaskIds, keys: IdempotencyKeys) {
    this.#room = room;
    this.#options = options;
    this.#ids = ids;
    this.#keys = keys;
    this.#readFile = options.inputFiles === 'allow' ? readInputFile : null;
  }

  /** A task with a `parent` is a step of that job. */
  submit(
    plugin: DefinedPlugin,
    input: unknown,
    given: SubmitOptions | undefined,
    parent: TaskParent | null = null,
  ): TaskHandle {
    if (given !== undefined) assertSubmitOptions(given);
    const options = given ?? noOptions;
    const kept = keepInput(plugin, readInput(plugin, input, this.#readFile));
    parseInput(plugin, kept);
    const key = options.idempotencyKey;
    const earlier = key === undefined ? undefined : this.#keys.find(key, plugin, kept);
    if (earlier !== undefined) return this.handleOf(earlier);
    return this.handleOf(this.#enter(plugin, kept, options, parent));
  }

  handleOf(record: TaskRecord): TaskHandle {
    record.handle ??= new TaskHandle(record, this.#room);
    return record.handle;
  }

  /**
   * The actor is started last: what makes it end at once, such as a signal that is aborted already,
   * finds everything of the task in its place.
   */
  #enter(
    plugin: DefinedPlugin,
    input: unknown,
    options: SubmitOptions,
    parent: TaskParent | null,
  ): TaskRecord {
    const { core, registry, gatekeeper } = this.#room;
    const { maxQueued, clock, agingMs } = this.#options;
    if (core.pending >= maxQueued) throw new RunstateError('QUEUE_FULL', [maxQueued]);
    if (core.pool() === null) {
      throw new RunstateError('ENGINE_NOT_RUNNING', ['without its task pool']);
    }
    const { limits, request } = this.#resolve(plugin, options);
    const requires = core.requirements.claim(plugin, input, options.requires);
    const record = new TaskRecord(
      this.#ids.next(),
      plugin,
      input,
      options,
      limits,
      request,
      clock.now(),
      agingMs,
    );
    const { id } = record;
    core.requirements.require(record, requires);
    record.parent = parent;
    record.storedInput = core.secrets.seal(plugin, input);
    record.submittedEffect = plugin.builtIn?.effectOf?.(input) ?? plugin.effect;
    record.asked = { by: options.by, reason: options.reason };
    core.live.set(id, record);
    core.keepAlive.hold();
    core.pending += 1;
    if (options.idempotencyKey !== undefined) this.#keys.remember(options.idempotencyKey, record);
    gatekeeper.arrive(record);
    if (limits.deadlineMs !== null) startDeadline(core, record, limits.deadlineMs);
    core.writer.write(submissionRows(core, record), (error) => {
      if (error === null) this.#accept(record);
      else this.#refuse(record, error);
    });
    registry.added(record);
    this.#listen(record);
    spawnTask(core, record);
    return record;
  }

  #accept(record: TaskRecord): void {
    const { workdir } = this.#room.core;
    if (workdir === null) return this.#goOn(record);
    void workdir.written(record.id).then(() => this.#goOn(record));
  }

  #goOn(record: TaskRecord): void {
    record.isAccepted = true;
    record.whenAccepted?.resolve();
    this.#room.gatekeeper.pass(record);
  }

  #refuse(record: TaskRecord, error: unknown): void {
    record.refusal = error;
    // There is no such task: who asks again with the same key gets a new one.
    if (record.options.idempotencyKey !== undefined)
      this.#keys.forget(record.options.idempotencyKey, record);
    record.whenAccepted?.reject(error);
    const failure =
      error instanceof RunstateError
        ? describeError(error, 'pending', 0)
        : taskError('LOST', [record.id, messageOf(error)], 'pending', 0);
    record.send({ type: 'task.fail', error: failure });
  }

  #resolve(plugin: DefinedPlugin, options: SubmitOptions): PluginDefaults {
    if (options !== noOptions) {
      return {
        limits: resolveLimits(options, plugin, this.#options.limits),
        request: this.#room.core.ledger.resolve(options.resources ?? plugin.resources),
      };
    }
    let defaults = this.#defaults.get(plugin);
    if (defaults === undefined) {
      const request = this.#room.core.ledger.resolve(plugin.resources);
      defaults = { limits: resolveLimits(plugin, this.#options.limits), request };
      this.#defaults.set(plugin, defaults);
    }
    return defaults;
  }

  #listen(record: TaskRecord): void {
    const { signal } = record.options;
    if (signal === undefined) return;
    const cancel = (): void => {
      const reason = messageOf(signal.reason);
      void this.#room.cancellations.cancel(record, { reason });
    };
    if (signal.aborted) cancel();
    else record.stopListening = onAbort(signal, cancel);
  }
}
