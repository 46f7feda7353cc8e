import type { StoredBrief } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { finishPlugin } from '../wire/plugin.ts';
import { resolveLimits } from './limits.ts';
import { nothing } from './resource-ledger.ts';
import { redactStored } from './secrets.ts';
import { submittedOptions } from './stored-task.ts';
import { TaskRecord } from './task-record.ts';

const limits = resolveLimits();

/** Stand-ins for plugins, which may be gone: their name is all that is known. */
const plugins = new Map<string, DefinedPlugin>();

function pluginNamed(name: string): DefinedPlugin {
  let plugin = plugins.get(name);
  if (plugin === undefined) {
    plugin = finishPlugin({ name, code: null, logic: null });
    plugins.set(name, plugin);
  }
  return plugin;
}

/** The brief alone of what the store found: what is large is left to be read again. */
export const briefOf = (found: StoredBrief): StoredBrief => ({
  task: found.task,
  state: found.state,
  startedAt: found.startedAt,
  endedAt: found.endedAt,
  attempts: found.attempts,
  error: found.error,
});

/**
 * A task that is not live, in the form that handles read; its result, output and events stay where
 * they are stored until somebody asks for them.
 */
export function storedRecord(found: StoredBrief): TaskRecord {
  const brief = briefOf(found);
  const { id, plugin, submittedAt } = brief.task;
  const input = redactStored(brief.task.input);
  const options = submittedOptions(brief.task);
  const named = pluginNamed(plugin);
  const record = new TaskRecord(id, named, input, options, limits, nothing, submittedAt, 0);
  record.parent = brief.task.parent ?? null;
  record.isAccepted = true;
  record.isEnding = true;
  record.state = brief.state;
  record.attempt = brief.attempts;
  record.startedAt = brief.startedAt;
  record.brief = brief;
  return record;
}
