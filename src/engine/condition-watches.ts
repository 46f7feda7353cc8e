import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ConditionWait } from '../kernel/waiting.ts';
import type { Condition } from '../wire/condition.ts';
import { waitOf } from '../wire/condition-reading.ts';
import type { ConditionReading } from '../wire/condition-reading.ts';
import { ConditionWatch } from './condition-watch.ts';

/** What the watches need. */
export interface ConditionWatchesPort {
  readonly clock: Clock;
  readonly logger: Logger;
  find(name: string): Condition | undefined;
  isBypassed(name: string): boolean;
}

/** Conditions that somebody waits for, until it is closed. */
export interface WatchedConditions {
  /** All of them are met, or bypassed. */
  readonly isMet: boolean;
  /** Those that are not. */
  readonly waits: readonly ConditionWait[];
  /** Looks again where nothing is told anyway; null when that took no time. */
  look(): Promise<unknown> | null;
  close(): void;
}

interface Entry {
  readonly name: string;
  /** Null while no condition of that name is known. */
  watch: ConditionWatch | null;
  readonly listeners: Set<() => void>;
  wasMet: boolean;
}

/** Why a name that nobody knows keeps work back: it never runs unguarded. */
const unknownReading = (name: string): ConditionReading => ({
  problem: 'unknown',
  message: `condition "${name}" is not known: give it with \`engine.conditions.register\`, or bypass it`,
  hasValue: false,
  value: undefined,
});

/**
 * One watch for each condition that anybody needs, however many do; it is closed with the last of
 * them.
 */
export class ConditionWatches {
  readonly #port: ConditionWatchesPort;
  readonly #entries = new Map<string, Entry>();

  constructor(port: ConditionWatchesPort) {
    this.#port = port;
  }

  /** Watches conditions by their names; `changed` is called when one is met, or is not any more. */
  watch(names: readonly string[], changed: () => void): WatchedConditions {
    // Opened before anybody listens: what they tell at once is no change.
    const entries = names.map((name) => this.#entryOf(name));
    // A listener of its own: the same function may be given twice.
    const listener = (): void => changed();
    for (const entry of entries) entry.listeners.add(listener);
    const isMet = (entry: Entry): boolean => this.#isMet(entry);
    const readings = (): readonly (ConditionWait | null)[] =>
      entries.map((entry) => (isMet(entry) ? null : waitOf(entry.name, this.#readingOf(entry))));
    return {
      get isMet() {
        return entries.every(isMet);
      },
      get waits() {
        return readings().filter((wait) => wait !== null);
      },
      look: () => {
        const looks = entries.flatMap(({ name, watch }) =>
          this.#port.isBypassed(name) ? [] : (watch?.look() ?? []),
        );
        return looks.length === 0 ? null : Promise.all(looks);
      },
      close: () => {
        for (const entry of entries) this.#leave(entry, listener);
      },
    };
  }

  /** The reading of a condition that is watched; null when nobody needs it. */
  reading(name: string): ConditionReading | null {
    const entry = this.#entries.get(name);
    return entry === undefined ? null : this.#readingOf(entry);
  }

  /** A condition has got the name, or its bypass has begun or ended. */
  changed(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#bind(entry);
    this.#tell(entry);
  }

  close(): void {
    for (const { watch } of this.#entries.values()) watch?.close();
    this.#entries.clear();
  }

  #entryOf(name: string): Entry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { name, watch: null, listeners: new Set(), wasMet: false };
      this.#entries.set(name, entry);
      this.#bind(entry);
      entry.wasMet = this.#isMet(entry);
    }
    return entry;
  }

  #bind(entry: Entry): void {
    const { clock, logger } = this.#port;
    const { name } = entry;
    const condition = this.#port.find(name);
    if (condition === entry.watch?.condition) return;
    entry.watch?.close();
    entry.watch = null;
    if (condition === undefined) return;
    entry.watch = new ConditionWatch(condition, {
      clock,
      changed: () => this.#tell(entry),
      threw: (error) => logger.error({ err: error, condition: name }, 'a condition threw'),
    });
    entry.watch.open();
  }

  #leave(entry: Entry, listener: () => void): void {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0 || this.#entries.get(entry.name) !== entry) return;
    this.#entries.delete(entry.name);
    entry.watch?.close();
  }

  #isMet({ name, watch }: Entry): boolean {
    return watch?.isMet === true || this.#port.isBypassed(name);
  }

  #readingOf({ name, watch }: Entry): ConditionReading {
    return watch?.reading ?? unknownReading(name);
  }

  /** What one listener throws is a defect of ours; whoever told the value is not to blame. */
  #tell(entry: Entry): void {
    const isMet = this.#isMet(entry);
    if (isMet === entry.wasMet) return;
    entry.wasMet = isMet;
    // Whoever begins to listen because of this change has seen it.
    const listeners = [...entry.listeners];
    for (const listener of listeners) {
      if (!entry.listeners.has(listener)) continue;
      try {
        listener();
      } catch (error) {
        this.#port.logger.error(
          { err: error, condition: entry.name },
          'a condition was not heeded',
        );
      }
    }
  }
}
