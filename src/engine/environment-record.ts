import { createHash } from 'node:crypto';
import type { StoreRow } from '../kernel/store-rows.ts';
import { publicEnvironment } from './public-environment.ts';

const keyLength = 32;

/** The same variables have the same key, in any engine on the same store. */
const keyOf = (variables: Readonly<Record<string, string>>): string =>
  createHash('sha256').update(JSON.stringify(variables)).digest('hex').slice(0, keyLength);

/**
 * The environment that the attempts of this engine run in, as it was when the engine started, its
 * secrets left out. It is kept for the record; nothing of the engine depends on it.
 */
export class EnvironmentRecord {
  readonly #isWanted: boolean;
  #key: string | null = null;

  constructor(isWanted: boolean) {
    this.#isWanted = isWanted;
  }

  /** Null before the start, and when none is kept. */
  get key(): string | null {
    return this.#key;
  }

  /** What an attempt's row says of it. */
  get stamp(): { readonly environment?: string } {
    return this.#key === null ? {} : { environment: this.#key };
  }

  /** Takes the environment down: the row to commit, before that of any attempt. */
  capture(environment: NodeJS.ProcessEnv = process.env): readonly StoreRow[] {
    if (!this.#isWanted) return [];
    const variables = publicEnvironment(environment);
    this.#key = keyOf(variables);
    return [{ kind: 'environment', key: this.#key, variables }];
  }
}
