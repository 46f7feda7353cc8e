import type { Connection } from './connection.ts';

interface LastingRow {
  readonly seq: number;
  readonly at: number;
  readonly is_kept: number;
}

const stepLength = 500;

const lasting = `
  SELECT seq, at, EXISTS (SELECT 1 FROM tasks WHERE id = task_events.task_id) AS is_kept
  FROM task_events INDEXED BY task_events_lasting
  WHERE (who IS NOT NULL OR task_id IS NULL) AND seq > ? ORDER BY seq LIMIT ${stepLength}`;

/**
 * Drops the events that outlive their tasks: those that a person or client caused, and those of no
 * task. They are kept as long as a settled task, and never shorter than their own.
 */
export class Audit {
  readonly #connection: Connection;
  readonly #ageMs: number;
  /** How far this look has come; null when none is under way. */
  #after: number | null = null;

  constructor(connection: Connection, ageMs: number) {
    this.#connection = connection;
    this.#ageMs = ageMs;
  }

  /** Begins to look from the first event on. */
  begin(): void {
    if (Number.isFinite(this.#ageMs)) this.#after ??= 0;
  }

  get isUnderWay(): boolean {
    return this.#after !== null;
  }

  /** Looks at the next few. */
  step(nowMs: number): void {
    const rows = this.#connection.all<LastingRow>(lasting, this.#after ?? 0);
    const old = rows.filter(({ at }) => nowMs - at >= this.#ageMs);
    const seqs = old.filter((row) => row.is_kept === 0).map(({ seq }) => seq);
    if (seqs.length > 0) {
      this.#connection.run(
        'DELETE FROM task_events WHERE seq IN (SELECT value FROM json_each(?))',
        JSON.stringify(seqs),
      );
    }
    // Events come in the order of time: after a young one nothing is old.
    const isOver = rows.length < stepLength || old.length === 0;
    this.#after = isOver ? null : (rows.at(-1)?.seq ?? null);
  }
}
