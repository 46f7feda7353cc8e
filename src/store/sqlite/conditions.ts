import type { SqlValue } from './connection.ts';
import type { Filter } from './scan.ts';

/** Text as SQLite decodes it from JSON, so that it equals what was stored however odd it is. */
export const decoded = "(? ->> '$')";

/** Conditions of one query, all of which must hold. */
export class Conditions {
  readonly #parts: string[] = [];
  readonly #values: SqlValue[] = [];

  add(part: string, ...values: readonly SqlValue[]): void {
    this.#parts.push(`AND ${part}`);
    this.#values.push(...values);
  }

  append({ filter: { where, values } }: Conditions): void {
    if (where !== '') this.#parts.push(where);
    this.#values.push(...values);
  }

  get filter(): Filter {
    return { where: this.#parts.join(' '), values: this.#values };
  }
}
