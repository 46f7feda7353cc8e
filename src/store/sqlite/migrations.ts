import { first } from './migrations/0001-first.ts';
import { steps } from './migrations/0002-steps.ts';

/** A step from one version of the tables to the next. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** In order, without a gap; what was released is never changed again. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'first', sql: first },
  { number: 2, name: 'steps', sql: steps },
];
