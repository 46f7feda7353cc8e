import { secretWord } from './secret-fields.ts';

/** A shorter text or number is too likely to stand somewhere by chance. */
const shortest = 4;

/** A shorter line of a secret that has several is too likely to stand elsewhere. */
const shortestLine = 8;

/** Takes secrets out of what is told, logged, shown or stored. */
export interface Scrub {
  text(text: string): string;
  /** A copy; what it holds beside plain data is copied by what can be read of it. */
  value(value: unknown): unknown;
}

function* leavesOf(value: unknown): Generator<string | number> {
  if (typeof value === 'string' || typeof value === 'number') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) yield* leavesOf(part);
  }
}

/** The forms in which a secret may turn up: as it is, as JSON writes it, and line by line. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...(lines.length === 1 ? [] : lines.filter(({ length }) => length >= shortestLine)),
  ];
}

const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text);

const escape = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');

/** Digits inside of more digits are another number. */
const patternOf = (text: string): string =>
  isNumber(text) ? `(?<![\\d.])${escape(text)}(?!\\.?\\d)` : escape(text);

/**
 * Takes the texts and numbers of `secrets` out of values, wherever they stand; null when there is
 * nothing to take out. Those of fewer than four characters stay.
 */
export function scrubOf(secrets: readonly unknown[]): Scrub | null {
  const leaves = [...leavesOf(secrets)].filter((leaf) => String(leaf).length >= shortest);
  if (leaves.length === 0) return null;
  const forms = new Set(
    leaves.flatMap((leaf) => (typeof leaf === 'string' ? formsOf(leaf) : [String(leaf)])),
  );
  // The longest first: one secret may hold another.
  const longestFirst = [...forms].toSorted((one, other) => other.length - one.length);
  return new Scrubber(new RegExp(longestFirst.map(patternOf).join('|'), 'g'), forms);
}

class Scrubber implements Scrub {
  readonly #pattern: RegExp;
  readonly #forms: ReadonlySet<string>;

  constructor(pattern: RegExp, forms: ReadonlySet<string>) {
    this.#pattern = pattern;
    this.#forms = forms;
  }

  text(text: string): string {
    return text.replaceAll(this.#pattern, secretWord);
  }

  value(value: unknown): unknown {
    try {
      return this.#copy(value, new Map());
    } catch {
      return 'something that cannot be read';
    }
  }

  #copy(value: unknown, copies: Map<object, unknown>): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#forms.has(String(value)) ? secretWord : value;
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value) || value instanceof Date) return value;
    if (copies.has(value)) return copies.get(value);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      copies.set(value, items);
      for (const item of value) items.push(this.#copy(item, copies));
      return items;
    }
    const copy: Record<string, unknown> = {};
    copies.set(value, copy);
    for (const [key, item] of entriesOf(value)) copy[this.text(key)] = this.#copy(item, copies);
    return copy;
  }
}

/** What can be read of an object; of an error also what it keeps to itself. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), item]);
  if (value instanceof Set) return [...value].map((item, index) => [String(index), item]);
  if (!(value instanceof Error)) return Object.entries(value);
  const own = ['name', 'message', 'stack', 'cause', ...Object.keys(value)] as const;
  return own.flatMap((key) => {
    const part: unknown = value[key as keyof Error];
    return part === undefined ? [] : [[key, part] as const];
  });
}
