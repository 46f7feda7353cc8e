import type { StatusEvent, TaskEvent } from '../../kernel/task-event.ts';
import type { StoredTask, StoreRow } from '../../kernel/store-rows.ts';
import { searchedText } from '../task-filter.ts';
import { blockOf, partOrder } from './batch.ts';
import type { Batch, ChangeCells, PartName, SettleCells, TimerCells } from './batch.ts';

type Row<TKind extends StoreRow['kind']> = Extract<StoreRow, { readonly kind: TKind }>;
type Cells = (string | number | null)[];

/** JSON text; null for undefined, which has none. */
const textOf = (value: unknown): string | null => JSON.stringify(value) ?? null;

const orNull = (value: unknown): string | null =>
  value === undefined || value === null ? null : textOf(value);

const statusBodies = new Map<string, string>();

/** A task has a handful of these, and most tasks have the same. */
function statusBody({ state, status, attempt }: StatusEvent): string {
  const key = `${state} ${attempt}`;
  let body = statusBodies.get(key);
  if (body === undefined) {
    body = JSON.stringify({ state, status, attempt });
    if (attempt < 10) statusBodies.set(key, body);
  }
  return body;
}

const isPlainStatus = (event: TaskEvent): event is StatusEvent =>
  event.type === 'status' && event.by === undefined && event.reason === undefined;

/** A checkpoint that is stored, by the value that was given for it. */
interface KnownCheckpoint {
  readonly id: number;
  readonly value: unknown;
}

/** What commits have in common: which checkpoints are stored, so that events can refer to them. */
export interface CheckpointNumbers {
  next: number;
  /** Those of the last commit, by task. */
  known: ReadonlyMap<number, KnownCheckpoint>;
}

/** Collects the rows of one commit. */
export class Encoder {
  readonly checkpoints = new Map<number, KnownCheckpoint>();
  readonly #numbers: CheckpointNumbers;
  readonly #rows: Partial<Record<PartName, unknown[]>> = {};
  readonly #blocks = new Map<string, [kind: string, block: number, first: number, last: number]>();
  /** Rows of attempts that begin in this commit; what comes of them later in it is put in. */
  readonly #attempts = new Map<string, Cells>();
  /** The last word on each task in doubt. */
  readonly #doubts = new Map<number, Cells>();
  #firstSubmittedAt: number | null = null;

  constructor(numbers: CheckpointNumbers) {
    this.#numbers = numbers;
  }

  get batch(): Batch {
    for (const block of this.#blocks.values()) this.#push('block', block);
    for (const doubt of this.#doubts.values()) this.#push('doubt', doubt);
    return {
      parts: partOrder.flatMap((name) => {
        const rows = this.#rows[name];
        return rows === undefined ? [] : [{ name, rows: JSON.stringify(rows) }];
      }),
      firstSubmittedAt: this.#firstSubmittedAt,
    };
  }

  add(row: StoreRow): void {
    switch (row.kind) {
      case 'task':
        return this.#addTask(row.task);
      case 'event':
        return this.#addEvent(row.event);
      case 'attempt':
        return this.#addAttempt(row);
      case 'attemptEnd':
        return this.#addAttemptEnd(row);
      case 'settle':
        return this.#push('settle', settleCells(row));
      case 'checkpoint':
        return this.#addCheckpoint(row);
      case 'change':
        return this.#addChange(row);
      case 'timer':
        return this.#addTimer(row);
      case 'step':
        return this.#push('step', stepCells(row));
      case 'place':
        return this.#push('place', [row.taskId, row.attempt, textOf(row.place)]);
      case 'doubt':
        this.#doubts.set(row.taskId, [row.taskId, orNull(row.doubt)]);
        return;
      case 'environment':
        return this.#push('environment', [row.key, textOf(row.variables)]);
      case 'ids':
        return this.#push('counter', ['next_id', row.end]);
      case 'seqs':
        return this.#push('counter', ['next_seq', row.end]);
      case 'forget':
        for (const id of row.taskIds) this.#push('forget', id);
    }
  }

  #push(name: PartName, row: unknown): void {
    const rows = this.#rows[name];
    if (rows === undefined) this.#rows[name] = [row];
    else rows.push(row);
  }

  #addTask({ id, input, submittedAt, ...spec }: StoredTask): void {
    const { name, note, tags, idempotencyKey } = spec;
    const search = name === undefined && note === undefined ? null : searchedText(name, note);
    const plugin = spec.plugin.toLowerCase();
    this.#push('task', [
      id,
      plugin,
      submittedAt,
      search,
      JSON.stringify(spec),
      textOf(input),
      spec.parent?.id ?? null,
    ]);
    for (const tag of tags ?? []) this.#push('tag', [tag, id]);
    if (idempotencyKey !== undefined) this.#push('key', [id, submittedAt]);
    this.#stretch('task', id, submittedAt);
    this.#firstSubmittedAt = Math.min(this.#firstSubmittedAt ?? submittedAt, submittedAt);
  }

  #addEvent(event: TaskEvent): void {
    this.#stretch('event', event.seq, event.at);
    if (isPlainStatus(event)) {
      const body = statusBody(event);
      this.#push('event', [event.seq, event.taskId, event.at, event.type, null, null, body]);
      return;
    }
    const { seq, taskId, at, type, ...rest } = event;
    const checkpoint = this.#checkpointOf(event);
    const body = JSON.stringify(checkpoint === null ? rest : { ...rest, value: undefined });
    this.#push('event', [seq, taskId, at, type, rest.by?.who ?? null, checkpoint, body]);
  }

  #addAttempt({ taskId, attempt, at, runner, environment }: Row<'attempt'>): void {
    const cells: Cells = [taskId, attempt, at, runner, environment ?? null, null, null, null, null];
    this.#attempts.set(`${taskId}/${attempt}`, cells);
    this.#push('attempt', cells);
  }

  #addAttemptEnd({ taskId, attempt, at, outcome, error }: Row<'attemptEnd'>): void {
    const end = [at, outcome, orNull(error)];
    const begun = this.#attempts.get(`${taskId}/${attempt}`);
    if (begun === undefined) this.#push('attemptEnd', [taskId, attempt, ...end]);
    else begun.splice(-end.length, end.length, ...end);
  }

  #addCheckpoint({ taskId, attempt, at, value }: Row<'checkpoint'>): void {
    const id = this.#numbers.next++;
    this.checkpoints.set(taskId, { id, value });
    this.#push('checkpoint', [id, taskId, attempt, at, textOf(value)]);
  }

  /** The stored checkpoint that an event tells of, so that its value is not stored twice. */
  #checkpointOf(event: TaskEvent): number | null {
    if (event.type !== 'checkpoint') return null;
    const { taskId, value } = event;
    const known = this.checkpoints.get(taskId) ?? this.#numbers.known.get(taskId);
    return known !== undefined && known.value === value ? known.id : null;
  }

  #addChange({ taskId, change }: Row<'change'>): void {
    const { hold, cancel, priority } = change;
    const cells: ChangeCells = [
      taskId,
      hold === undefined ? null : [orNull(hold)],
      cancel === undefined ? null : [orNull(cancel)],
      priority ?? null,
    ];
    this.#push('change', cells);
  }

  #addTimer({ taskId, timer, dueAt }: Row<'timer'>): void {
    const cells: TimerCells = [taskId, timer, dueAt];
    this.#push('timer', cells);
  }

  #stretch(kind: string, number: number, at: number): void {
    const block = blockOf(number);
    const key = `${kind}${block}`;
    const found = this.#blocks.get(key);
    if (found === undefined) {
      this.#blocks.set(key, [kind, block, at, at]);
      return;
    }
    if (at < found[2]) found[2] = at;
    if (at > found[3]) found[3] = at;
  }
}

const stepCells = ({ taskId, step }: Row<'step'>): Cells => [
  taskId,
  step.path,
  step.state,
  step.taskId ?? null,
  step.startedAt,
  step.endedAt ?? null,
  orNull(step.error),
  textOf(step.result),
];

/** What a result says that no other column does; a payload that is the output is stored once. */
function settleCells({ result, output }: Row<'settle'>): SettleCells {
  const { taskId, taskName, taskStatus, times, error, attempts, payload, ...rest } = result;
  const isOutput = payload === output && output !== undefined;
  return [
    taskId,
    taskStatus,
    times.startedAt,
    times.endedAt,
    attempts,
    orNull(error),
    JSON.stringify(isOutput ? { taskName, ...rest } : { taskName, payload, ...rest }),
    textOf(output),
    taskName,
    times.submittedAt,
  ];
}
