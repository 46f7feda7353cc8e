import type { StoredOptions, StoredTask, StoreRow } from '../kernel/store-rows.ts';
import { deadlineRow } from './deadlines.ts';
import type { Core } from './core.ts';
import { limitNames } from './limits.ts';
import { idOf } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import { askedBy } from './task-record.ts';
import type { TaskRecord } from './task-record.ts';

/** What is absent was not said: the plugin's and the engine's own word may change until a restart. */
const keptOptions = [...limitNames, 'priority'] as const satisfies readonly (keyof StoredOptions)[];

const nothingSaid: StoredOptions = {};

function optionsOf({ options, plugin, requires }: TaskRecord): StoredOptions {
  const resources = options.resources ?? plugin.resources;
  const said = Object.keys(options).length > 0;
  if (!said && resources === undefined && requires.length === 0) return nothingSaid;
  const kept = keptOptions.filter((name) => options[name] !== undefined);
  return {
    ...Object.fromEntries(kept.map((name) => [name, options[name]])),
    ...(options.after === undefined ? {} : { after: options.after.map(idOf) }),
    ...(resources === undefined ? {} : { resources }),
    ...(requires.length === 0 ? {} : { requires }),
  };
}

/** A submission as it is kept: all that is needed to run it after a restart. */
export function storedTask(record: TaskRecord): StoredTask {
  const { id, plugin, storedInput: input, submittedAt, submittedEffect: effect } = record;
  const { name, tags, note, by, idempotencyKey, rerunOf } = record.options;
  return {
    id,
    plugin: plugin.name,
    input,
    submittedAt,
    effect,
    options: optionsOf(record),
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(note === undefined ? {} : { note }),
    ...(by === undefined ? {} : { by }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(rerunOf === undefined ? {} : { rerunOf }),
    ...(record.parent === null ? {} : { parent: record.parent }),
    ...(plugin.enduring === true ? { isEnduring: true } : {}),
    ...(plugin.saved === true ? { isSaved: true } : {}),
  };
}

/** The rows of a submission; a store that is not durable needs none for what keeps a task back. */
export function submissionRows(core: Core, record: TaskRecord): readonly StoreRow[] {
  const task: StoreRow = { kind: 'task', task: storedTask(record) };
  if (!core.store.isDurable) return [task];
  const { id: taskId, gate } = record;
  const rows: StoreRow[] = [task];
  if (gate?.hold !== null && gate?.hold !== undefined) {
    const hold = { ...askedBy(gate.hold), at: record.submittedAt };
    rows.push({ kind: 'change', taskId, change: { hold } });
  }
  if (gate?.notBefore !== null && gate?.notBefore !== undefined) {
    rows.push({ kind: 'timer', taskId, timer: 'delay', dueAt: gate.notBefore });
  }
  const deadline = deadlineRow(core, record);
  return deadline === null ? rows : [...rows, deadline];
}

/** The options of a submission that was kept, as they are read again. */
export function submittedOptions(task: StoredTask): SubmitOptions {
  const { options, name, tags, note, by, idempotencyKey, rerunOf } = task;
  return {
    ...options,
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(note === undefined ? {} : { note }),
    ...(by === undefined ? {} : { by }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(rerunOf === undefined ? {} : { rerunOf }),
  };
}
