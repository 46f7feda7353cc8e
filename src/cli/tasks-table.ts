import { statusOf } from '../kernel/task-state.ts';
import type { StoredBrief } from '../kernel/task-store.ts';
import { paintStatus } from './paint.ts';
import type { Paint } from './paint.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';
import { durationText, momentText, oneLine } from './words.ts';

const columns: readonly Column[] = [
  { head: 'id', align: 'right' },
  { head: 'plugin', isFlexible: true, keepsEnd: true },
  { head: 'name', isFlexible: true },
  { head: 'job', align: 'right' },
  { head: 'status' },
  { head: 'submitted' },
  { head: 'run time', align: 'right' },
  { head: 'error', isFlexible: true },
];

const statusColumn = columns.findIndex(({ head }) => head === 'status');

/** Tasks as a table for people; a column that nothing stands in is left out. */
export function tasksTable(
  tasks: readonly StoredBrief[],
  available: number | null,
  paint: Paint,
): string {
  const rows = tasks.map(cellsOf);
  const used = columns
    .map((_, index) => index)
    .filter((index) => rows.some((row) => row[index] !== ''));
  const statuses = new Map(tasks.map(({ state }) => [statusOf(state) as string, statusOf(state)]));
  return tableText(
    used.flatMap((index) => columns[index] ?? []),
    rows.map((row) => used.map((index) => row[index] ?? '')),
    available,
    (text, index) => {
      const status = used[index] === statusColumn ? statuses.get(text) : undefined;
      return status === undefined ? text : paintStatus(paint, status);
    },
  );
}

function cellsOf({ task, state, startedAt, endedAt, error }: StoredBrief): string[] {
  return [
    String(task.id),
    oneLine(task.plugin),
    oneLine(task.name ?? ''),
    task.parent === undefined ? '' : String(task.parent.id),
    statusOf(state),
    momentText(task.submittedAt),
    startedAt === null || endedAt === null ? '' : durationText(endedAt - startedAt),
    error === null ? '' : oneLine(`${error.code}: ${error.message}`),
  ];
}
