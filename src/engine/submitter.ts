import type { PoolSpawn } from '../kernel/task-machine-types.ts';
import { RunstateError } from '../kernel/errors.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { StoredTask } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { keepInput, parseInput } from '../wire/validation.ts';
import { Countdown } from './countdown.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { resolveLimits } from './limits.ts';
import type { TaskLimits } from './limits.ts';
import type { ResourceUnits } from './resource-ledger.ts';
import { deadlineError } from './stop-ladder.ts';
import { assertSubmitOptions } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import { TaskHandle } from './task-handle.ts';
import type { TaskIds } from './task-ids.ts';
import { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/** Where the task pool is found, as it runs now. */
export interface PoolSource {
  readonly pool: { send(event: PoolSpawn): void } | null;
}

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
  readonly #pools: PoolSource;
  readonly #keys: IdempotencyKeys;
  /** Limits and resources of a plugin whose submission says nothing of them: shared by its tasks. */
  readonly #defaults = new WeakMap<DefinedPlugin, PluginDefaults>();

  constructor(room: TaskRoom, options: ResolvedEngineOptions, ids: TaskIds, pools: PoolSource) {
    this.#room = room;
    this.#options = options;
    this.#ids = ids;
    this.#pools = pools;
    this.#keys = new IdempotencyKeys(options.clock, options.idempotencyTtlMs);
  }

  submit(plugin: DefinedPlugin, input: unknown, given: SubmitOptions | undefined): TaskHandle {
    if (given !== undefined) assertSubmitOptions(given);
    const options = given ?? noOptions;
    const kept = keepInput(plugin, input);
    parseInput(plugin, kept);
    const key = options.idempotencyKey;
    const earlier = key === undefined ? undefined : this.#keys.find(key, plugin.name, kept);
    if (earlier !== undefined) return this.handleOf(earlier);
    return this.handleOf(this.#enter(plugin, kept, options));
  }

  handleOf(record: TaskRecord): TaskHandle {
    record.handle ??= new TaskHandle(record, this.#room);
    return record.handle;
  }

  /**
   * The actor is started last: what makes it end at once, such as a signal that is aborted already,
   * finds everything of the task in its place.
   */
  #enter(plugin: DefinedPlugin, input: unknown, options: SubmitOptions): TaskRecord {
    const { core, registry, gatekeeper } = this.#room;
    const { maxQueued, clock, agingMs } = this.#options;
    if (core.pending >= maxQueued) throw new RunstateError('QUEUE_FULL', [maxQueued]);
    const { pool } = this.#pools;
    if (pool === null) throw new RunstateError('ENGINE_NOT_RUNNING', ['without its task pool']);
    const { limits, request } = this.#resolve(plugin, options);
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
    record.asked = { by: options.by };
    core.live.set(id, record);
    core.keepAlive.hold();
    core.pending += 1;
    if (options.idempotencyKey !== undefined) this.#keys.remember(options.idempotencyKey, record);
    gatekeeper.arrive(record);
    core.writer.write({ kind: 'task', task: stored(record) }, (error) => {
      if (error === null) this.#accept(record);
      else this.#refuse(record, error);
    });
    registry.added(record);
    this.#startDeadline(record);
    this.#listen(record);
    const maxAttempts = limits.retry.max + 1;
    pool.send({ type: 'task.spawn', input: { id, effect: plugin.effect, maxAttempts } });
    return record;
  }

  #accept(record: TaskRecord): void {
    record.isAccepted = true;
    record.whenAccepted?.resolve();
    this.#room.gatekeeper.pass(record);
  }

  #refuse(record: TaskRecord, error: unknown): void {
    record.refusal = error;
    record.whenAccepted?.reject(error);
    this.#room.gatekeeper.fail(record, 'LOST', [record.id, messageOf(error)]);
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

  #startDeadline(record: TaskRecord): void {
    const { deadlineMs } = record.limits;
    if (deadlineMs === null) return;
    record.deadline = new Countdown(this.#options.clock, deadlineMs, () => {
      const error = deadlineError(deadlineMs, record);
      record.expiry ??= error;
      record.send({ type: 'task.expire', cause: 'deadline', error });
    });
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

function stored({ id, plugin, input, submittedAt, options }: TaskRecord): StoredTask {
  const { name, tags, note, by, idempotencyKey } = options;
  return {
    id,
    plugin: plugin.name,
    input,
    submittedAt,
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(note === undefined ? {} : { note }),
    ...(by === undefined ? {} : { by }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}
