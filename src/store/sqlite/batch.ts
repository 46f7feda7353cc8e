/**
 * Rows of one commit as they go to the worker: of each kind one JSON text, an array of arrays, which
 * SQLite itself takes apart. So a row costs the main thread less than a microsecond.
 */
export const partOrder = [
  'counter',
  'environment',
  'task',
  'tag',
  'key',
  'block',
  'change',
  'timer',
  'attempt',
  'place',
  'attemptEnd',
  'checkpoint',
  'event',
  'step',
  'doubt',
  'settle',
  'forget',
] as const;

export type PartName = (typeof partOrder)[number];

export interface BatchPart {
  readonly name: PartName;
  /** An array with an array of cells for each row. */
  readonly rows: string;
}

export interface Batch {
  /** In the order of {@link partOrder}. */
  readonly parts: readonly BatchPart[];
  /** The first moment at which one of its tasks was submitted. */
  readonly firstSubmittedAt: number | null;
}

/** The cells of a settle row, in their order. */
export type SettleCells = readonly [
  id: number,
  status: string,
  startedAt: number | null,
  endedAt: number,
  attempts: number,
  error: string | null,
  result: string,
  output: string | null,
  plugin: string,
  submittedAt: number,
];

/** The cells of a change; what may be taken back stands in an array: null is not an array of null. */
export type ChangeCells = readonly [
  id: number,
  hold: readonly [string | null] | null,
  cancel: readonly [string | null] | null,
  priority: number | null,
];

export type TimerCells = readonly [id: number, timer: string, dueAt: number | null];

/** Ids and sequence numbers in one block of `time_blocks`. */
export const blockLength = 4_096;

export const blockOf = (number: number): number => Math.floor(number / blockLength);
