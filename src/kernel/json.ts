import { messageOf } from './task-error.ts';

/** Where a value cannot be stored as JSON, and why. */
export interface UnstorableValue {
  /** Path from the root, such as `frames[3].time`; empty for the root itself. */
  readonly path: string;
  /** What stands there, in words. */
  readonly what: string;
}

/** A copy that can be stored, or the first place that keeps the value from being stored. */
export type StorableCopy =
  | { readonly problem: null; readonly copy: unknown }
  | { readonly problem: UnstorableValue };

/** JSON of more levels is refused: the functions that write and check it call themselves. */
const deepestLevel = 500;

/** The keys of a path that an error message shows. */
const longestPath = 20;

/** A field's path as people write it: `scan.frames[2]`. */
export function joinPath(keys: readonly PropertyKey[]): string {
  const path = keys.slice(0, longestPath).reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    return before === '' ? String(key) : `${before}.${String(key)}`;
  }, '');
  return keys.length > longestPath ? `${path}…` : path;
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const nameOf = (value: object): string => {
  const { constructor: maker }: { constructor?: unknown } = value;
  const name = typeof maker === 'function' && maker.name !== '' ? maker.name : 'object';
  return /^[aeiou]/i.test(name) ? `an ${name}` : `a ${name}`;
};

/**
 * One walk through a value: every property is read once, so what was checked is what is kept, also
 * when a getter or a proxy gives something else the second time.
 */
class Walk {
  readonly #keys: PropertyKey[] = [];
  readonly #above = new Set<object>();

  copy(value: unknown): StorableCopy {
    try {
      return { problem: null, copy: this.#copy(value) };
    } catch (error) {
      const what = error instanceof Unstorable ? error.message : `unreadable (${messageOf(error)})`;
      return { problem: { path: joinPath(this.#keys), what } };
    }
  }

  #copy(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw new Unstorable(String(value));
        // JSON has no negative zero.
        return value + 0;
      case 'bigint':
      case 'symbol':
      case 'function':
        throw new Unstorable(`a ${typeof value}`);
      case 'object':
        return value === null ? null : this.#copyObject(value);
    }
  }

  #copyObject(value: object): unknown {
    if (this.#above.has(value)) throw new Unstorable('a reference to what contains it');
    if (this.#above.size >= deepestLevel) {
      throw new Unstorable(`nested deeper than ${deepestLevel} levels`);
    }
    this.#above.add(value);
    const copy = Array.isArray(value) ? this.#copyArray(value) : this.#copyPlain(value);
    this.#above.delete(value);
    return copy;
  }

  #copyArray(items: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < items.length; index += 1) {
      this.#keys.push(index);
      const item = items[index];
      if (item === undefined) throw new Unstorable('undefined');
      copy.push(this.#copy(item));
      this.#keys.pop();
    }
    return copy;
  }

  #copyPlain(value: object): Record<string, unknown> {
    if (!isPlain(value)) throw new Unstorable(nameOf(value));
    const copy: Record<string, unknown> = {};
    if (Object.getOwnPropertySymbols(value).length > 0) {
      throw new Unstorable('an object with symbol keys');
    }
    for (const key of Object.keys(value)) {
      this.#keys.push(key);
      if (key === '__proto__') throw new Unstorable('a key that stands for the prototype');
      const item = this.#copy((value as Record<string, unknown>)[key]);
      if (item !== undefined) copy[key] = item;
      this.#keys.pop();
    }
    return copy;
  }
}

/** Ends a walk; its message says what was found. */
class Unstorable extends Error {}

/**
 * A deep copy of plain data, so that what is kept does not change when its owner goes on using it.
 *
 * A value that would not come back from JSON as it was is refused with the first such place: NaN,
 * infinities, functions, class instances, cycles, holes. An absent (undefined) property is left out.
 */
export const copyStorable = (value: unknown): StorableCopy => new Walk().copy(value);

/** The first place that keeps a value from being stored as JSON; null when all of it can be. */
export const findUnstorable = (value: unknown): UnstorableValue | null =>
  copyStorable(value).problem;
