import type { TaskParent } from '../kernel/job-steps.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskState } from '../kernel/task-state.ts';
import type { EventQuery, TaskQuery } from '../kernel/task-store.ts';

const isWithin = (at: number, { since, until }: Pick<TaskQuery, 'since' | 'until'>): boolean =>
  (since === undefined || at >= since) && (until === undefined || at < until);

/** What a text search looks through, in lower case. */
export const searchedText = (name: string | undefined, note: string | undefined): string =>
  `${name ?? ''}\n${note ?? ''}`.toLowerCase();

/** What of a task is looked at. */
export interface FilteredTask {
  readonly task: {
    readonly plugin: string;
    readonly submittedAt: number;
    readonly name?: string | undefined;
    readonly note?: string | undefined;
    readonly tags?: readonly string[] | undefined;
    readonly parent?: TaskParent | undefined;
  };
  readonly state: TaskState;
}

/** Whether a task is one that is asked for; its cursor and limit are not looked at. */
export function fitsTask({ task, state }: FilteredTask, query: TaskQuery): boolean {
  const { status, plugin, tags = [], text, parent } = query;
  const name = task.plugin.toLowerCase();
  if (status !== undefined && !status.includes(statusOf(state))) return false;
  if (plugin !== undefined && name !== plugin.toLowerCase()) return false;
  if (!tags.every((tag) => task.tags?.includes(tag) === true)) return false;
  if (parent !== undefined && task.parent?.id !== parent) return false;
  if (!isWithin(task.submittedAt, query)) return false;
  if (text === undefined) return true;
  const part = text.toLowerCase();
  return name.includes(part) || searchedText(task.name, task.note).includes(part);
}

/** Whether an event is one that is asked for; the limit is not looked at. */
export function fitsEvent(event: TaskEvent, query: EventQuery): boolean {
  const { taskId, types, isAttributed, who, role, via, from, afterSeq } = query;
  const { by } = event;
  return (
    (taskId === undefined || event.taskId === taskId) &&
    (types === undefined || types.includes(event.type)) &&
    (isAttributed !== true || by !== undefined) &&
    (who === undefined || by?.who === who) &&
    (role === undefined || by?.role === role) &&
    (via === undefined || by?.via === via) &&
    (from === undefined || by?.from === from) &&
    (afterSeq === undefined || event.seq > afterSeq) &&
    isWithin(event.at, query)
  );
}
