import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { isoTime } from '../kernel/iso-time.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Actor, AlarmEvent, TaskEvent } from '../kernel/task-event.ts';
import type { TaskStoreReader } from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';
import type { EventLog } from './event-log.ts';
import { assertAsked } from './request-check.ts';
import type { Request } from './task-record.ts';

/** How a condition is bypassed: why, and until when; one of the two ends must be said. */
export interface BypassOptions extends Request {
  readonly reason: string;
  /** When it ends, in milliseconds since the epoch. */
  readonly untilMs?: number;
  /** How long it lasts, in milliseconds. */
  readonly forMs?: number;
}

/** A bypass in force: its condition counts as met. */
export interface ConditionBypass {
  readonly condition: string;
  readonly by: Actor;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** What the bypasses need. */
export interface BypassPort {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'alarm'>;
  /** A bypass has begun or ended. */
  changed(name: string): void;
}

interface Asked {
  readonly by?: Actor;
  readonly reason?: string;
}

/** Whoever does not say who he is; a bypass is in the audit all the same. */
const unnamed: Actor = { who: 'unknown', via: 'library' };

/** Events that are read at once. */
const pageSize = 1_000;

/** Bypasses by the names of their conditions. Each has a reason, and ends by itself. */
export class ConditionBypasses {
  readonly #port: BypassPort;
  readonly #inForce = new Map<string, ConditionBypass & { readonly timer: unknown }>();

  constructor(port: BypassPort) {
    this.#port = port;
  }

  find(name: string): ConditionBypass | null {
    const found = this.#inForce.get(name);
    if (found === undefined) return null;
    const { timer: _, ...bypass } = found;
    return bypass;
  }

  has(name: string): boolean {
    return this.#inForce.has(name);
  }

  get names(): readonly string[] {
    return [...this.#inForce.keys()];
  }

  /**
   * Begins a bypass, in place of the one that may be in force.
   *
   * @throws {@link RunstateError} `BYPASS_INVALID`, `INVALID_OPTION`
   */
  begin(name: string, options: BypassOptions): ConditionBypass {
    const since = this.#port.clock.now();
    const until = endOf(name, options, since);
    const { reason, by = unnamed } = options;
    const bypass = { condition: name, by, reason, since, until };
    const message = `Condition "${name}" is bypassed until ${isoTime(until)}: ${reason}`;
    this.#enforce(bypass);
    this.#tell(message, { condition: name, until }, { by, reason });
    this.#port.changed(name);
    return bypass;
  }

  /**
   * Ends a bypass before its time; false when none is in force.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  withdraw(name: string, request: Request): boolean {
    assertAsked(request);
    if (!this.#inForce.has(name)) return false;
    const { by = unnamed, reason } = request;
    this.#end(name, 'was withdrawn', {
      by,
      ...(reason === undefined ? {} : { reason }),
    });
    return true;
  }

  /** Takes up what an earlier engine on the same store left in force. */
  async restore(store: Pick<TaskStoreReader, 'events'>): Promise<void> {
    for (let afterSeq = 0; ;) {
      const query = { types: ['alarm'], isAttributed: true, limit: pageSize, afterSeq } as const;
      const page = await store.events(query);
      for (const event of page) this.#replay(event);
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      afterSeq = last.seq;
    }
  }

  close(): void {
    for (const { timer } of this.#inForce.values()) this.#port.clock.clearTimeout(timer);
    this.#inForce.clear();
  }

  #replay(event: TaskEvent): void {
    if (event.type !== 'alarm' || event.bypass === undefined) return;
    const { bypass, at: since, by = unnamed, reason = '' } = event;
    const { condition, until } = bypass;
    this.#forget(condition);
    if (until === null || until <= this.#port.clock.now()) return;
    this.#enforce({ condition, by, reason, since, until });
  }

  #enforce(bypass: ConditionBypass): void {
    const { clock } = this.#port;
    const { condition, until } = bypass;
    this.#forget(condition);
    const timer = clock.setTimeout(
      () => this.#end(condition, 'has ended', {}),
      until - clock.now(),
    );
    // A bypass alone is no reason for a process to stay.
    clock.unref?.(timer);
    this.#inForce.set(condition, { ...bypass, timer });
  }

  #end(name: string, how: string, asked: Asked): void {
    this.#forget(name);
    const message = `The bypass of condition "${name}" ${how}.`;
    this.#tell(message, { condition: name, until: null }, asked);
    this.#port.changed(name);
  }

  #tell(message: string, bypass: NonNullable<AlarmEvent['bypass']>, asked: Asked): void {
    const { logger, log } = this.#port;
    logger.warn({ condition: bypass.condition, ...asked }, message);
    log.alarm({ taskId: null, source: sourceOf(bypass.condition), message, ...asked, bypass });
  }

  #forget(name: string): void {
    this.#port.clock.clearTimeout(this.#inForce.get(name)?.timer);
    this.#inForce.delete(name);
  }
}

const sourceOf = (name: string): string => `condition:${name}`;

/** The last moment that a `Date` has. */
const lastMoment = 8.64e15;

const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && value <= lastMoment;

function endOf(name: string, options: BypassOptions, now: number): number {
  const refuse = (problem: string): never => {
    throw new RunstateError('BYPASS_INVALID', [name, problem]);
  };
  if (typeof options !== 'object' || options === null) {
    return refuse('say why and until when: `{ by, reason, forMs }`');
  }
  const { reason, untilMs, forMs } = options;
  if (typeof reason !== 'string' || reason.trim() === '') {
    return refuse('a bypass needs a reason (`reason`)');
  }
  assertAsked(options);
  if ((untilMs === undefined) === (forMs === undefined)) {
    return refuse('a bypass needs an end: either `untilMs` or `forMs`');
  }
  const until = untilMs ?? now + (forMs ?? 0);
  if (!isMoment(until) || until <= now) {
    const [option, given] = untilMs === undefined ? ['forMs', forMs] : ['untilMs', untilMs];
    return refuse(`\`${option}\` must be an end to come, got ${showValue(given)}`);
  }
  return until;
}
