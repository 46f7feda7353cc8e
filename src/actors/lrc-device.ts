import type { Subscription } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectionState, DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';
import type { UpdateSource } from '../streams/lrc-fold.ts';
import { readUpdates } from '../streams/lrc-updates.ts';
import type { LrcUpdate } from '../streams/lrc-updates.ts';
import { commandNameOf, madeAt } from '../streams/lrc-words.ts';
import { LrcEarlyUpdates } from './lrc-early-updates.ts';
import { LrcListening } from './lrc-listening.ts';
import { isSince, LrcLook } from './lrc-look.ts';

/** A live command, as its device's router sees it. */
export interface LrcMember {
  update(update: LrcUpdate, via: UpdateSource): void;
  /** The device was looked at and does not list the command. */
  unknown(): void;
  misunderstood(attribute: string, told: unknown): void;
  unreachable(error: Error): void;
  reachable(): void;
  /** The proxy was closed for good. */
  closed(): void;
}

/** How a command joins. */
export interface JoinOptions {
  readonly isStrict: boolean;
  readonly recheckMs: number;
  readonly callTimeoutMs: number;
}

const routers = new WeakMap<DeviceProxy, WeakMap<Clock, LrcDevice>>();

/**
 * Routes what one device tells to its live commands, by their ids.
 *
 * However many commands are live, each attribute is subscribed to once, an event is looked up once,
 * and a look at the device serves all; when the last command leaves, nothing stays subscribed.
 */
export class LrcDevice {
  readonly #device: DeviceProxy;
  readonly #clock: Clock;
  readonly #members = new Map<LrcMember, JoinOptions>();
  readonly #byId = new Map<string, readonly LrcMember[]>();
  readonly #expecting = new Set<LrcMember>();
  readonly #early = new LrcEarlyUpdates();
  #listening: LrcListening | null = null;
  #connection: Subscription | null = null;
  #lost: Error | null = null;
  #look: Promise<void> | null = null;
  #nextLook: Promise<void> | null = null;
  #recheck: { readonly everyMs: number; readonly timer: unknown } | null = null;

  /** The one router of a device, by the clock that its commands go by. */
  static of(device: DeviceProxy, clock: Clock): LrcDevice {
    const byClock = routers.get(device) ?? new WeakMap<Clock, LrcDevice>();
    routers.set(device, byClock);
    const router = byClock.get(clock) ?? new LrcDevice(device, clock);
    byClock.set(clock, router);
    return router;
  }

  constructor(device: DeviceProxy, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  /** How many commands are live on the device. */
  get size(): number {
    return this.#members.size;
  }

  /** Resolves when the device is listened to; rejects when that is refused. */
  join(member: LrcMember, options: JoinOptions): Promise<void> {
    this.#members.set(member, options);
    if (this.#lost !== null) member.unreachable(this.#lost);
    this.#connection ??= this.#device.connection$.subscribe((state) => this.#follow(state));
    this.#arm(options.recheckMs);
    return this.#listen(options);
  }

  /** The member's command is about to be sent: what is told of unknown ids is kept from now on. */
  expect(member: LrcMember): void {
    this.#expecting.add(member);
  }

  /** The member's id is known; it is told at once what came before that. */
  adopt(member: LrcMember, id: string): void {
    this.#byId.set(id, [...(this.#byId.get(id) ?? []), member]);
    const early = this.#early.take(id);
    if (!this.#early.isComplete) void this.look();
    this.#unexpect(member);
    for (const update of early) member.update(update, 'event');
  }

  leave(member: LrcMember, id: string | null): void {
    if (!this.#members.delete(member)) return;
    this.#unexpect(member);
    const sharing = id === null ? [] : (this.#byId.get(id) ?? []).filter((each) => each !== member);
    if (id !== null && sharing.length === 0) this.#byId.delete(id);
    else if (id !== null) this.#byId.set(id, sharing);
    if (this.#members.size > 0) return;
    this.#listening?.close();
    this.#listening = null;
    this.#connection?.unsubscribe();
    this.#connection = null;
    this.#lost = null;
    this.#clock.clearTimeout(this.#recheck?.timer);
    this.#recheck = null;
  }

  /** Looks at the device and tells every command what is found; many who ask share one look. */
  look(): Promise<void> {
    if (this.#look !== null) {
      // What is being read may be older than the question.
      this.#nextLook ??= this.#look.then(() => {
        this.#nextLook = null;
        return this.look();
      });
      return this.#nextLook;
    }
    const look = this.#lookNow()
      .catch(() => {})
      .finally(() => {
        this.#look = null;
      });
    this.#look = look;
    return look;
  }

  /** The ids that are live on the device beside the given one. */
  others(id: string | null): Promise<readonly string[]> {
    return this.#eyes().others(id, this.#clock.now());
  }

  /** The ids that a command, sent since a moment, may have become, and that nobody here has. */
  async candidates(name: string, since: number): Promise<readonly string[]> {
    const listed = await this.#eyes().candidates(name, since);
    const found = new Set([...listed, ...this.told(name, since)]);
    return [...found].filter((id) => !this.#byId.has(id));
  }

  /** Those of {@link candidates} that events have told of. */
  told(name: string, since: number): readonly string[] {
    return this.#early.ids.filter((id) => commandNameOf(id) === name && isSince(madeAt(id), since));
  }

  #eyes(): LrcLook {
    const [first] = this.#members.values();
    return new LrcLook(this.#device, first?.callTimeoutMs ?? 3_000);
  }

  async #lookNow(): Promise<void> {
    const eyes = this.#eyes();
    const asked = new Map(this.#byId);
    const records = await eyes.records();
    for (const { id, update } of records) {
      asked.delete(id);
      for (const member of this.#byId.get(id) ?? []) member.update(update, 'look');
    }
    for (const [id, members] of asked) {
      if (!this.#byId.has(id)) continue;
      const status = await eyes.status(id);
      const isKnown = status !== null && status !== LrcTaskStatus.NOT_FOUND;
      for (const member of members) {
        if (isKnown) member.update({ status }, 'look');
        else member.unknown();
      }
    }
  }

  async #listen(options: JoinOptions): Promise<void> {
    const present = this.#listening;
    if (present !== null && (present.isSound || !options.isStrict)) return present.ready;
    const listening = new LrcListening({
      device: this.#device,
      isStrict: options.isStrict,
      callTimeoutMs: options.callTimeoutMs,
      value: (attribute, value) => readUpdates(attribute, value, this),
      missed: () => void this.look(),
    });
    this.#listening = listening;
    try {
      void listening.open();
      await listening.ready;
      present?.close();
    } catch (error) {
      // Those who listened before go on with what they had.
      if (this.#listening === listening) this.#listening = present;
      if (this.#members.size === 0) present?.close();
      listening.close();
      throw error;
    }
  }

  wants(id: string): boolean {
    return this.#byId.has(id) || this.#expecting.size > 0;
  }

  take(id: string, update: LrcUpdate): void {
    const members = this.#byId.get(id);
    if (members === undefined) this.#early.keep(id, update);
    else for (const member of members) member.update(update, 'event');
  }

  misunderstood(id: string, attribute: string, told: unknown): void {
    for (const member of this.#byId.get(id) ?? []) member.misunderstood(attribute, told);
  }

  #follow({ phase, error }: ConnectionState): void {
    if (phase === 'closed') {
      for (const member of this.#members.keys()) member.closed();
    } else if (phase === 'lost' && this.#lost === null) {
      this.#lost =
        error ?? new RunstateError('DEVICE_UNREACHABLE', [this.#device.name, 'it was lost']);
      for (const member of this.#members.keys()) member.unreachable(this.#lost);
    } else if (phase === 'connected' && this.#lost !== null) {
      this.#lost = null;
      for (const member of this.#members.keys()) member.reachable();
      void this.#listening?.open();
      void this.look();
    }
  }

  /** Rechecks as often as the most anxious of the commands wants. */
  #arm(recheckMs: number): void {
    if (this.#recheck !== null && this.#recheck.everyMs <= recheckMs) return;
    this.#clock.clearTimeout(this.#recheck?.timer);
    const timer = this.#clock.setTimeout(() => {
      this.#recheck = null;
      let least = Number.POSITIVE_INFINITY;
      for (const options of this.#members.values()) least = Math.min(least, options.recheckMs);
      if (least === Number.POSITIVE_INFINITY) return;
      this.#arm(least);
      void this.#listening?.open();
      void this.look();
    }, recheckMs);
    this.#recheck = { everyMs: recheckMs, timer };
  }

  #unexpect(member: LrcMember): void {
    if (this.#expecting.delete(member) && this.#expecting.size === 0) this.#early.clear();
  }
}
