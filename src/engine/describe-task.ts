import type { DescribedAnalysis, PresentResult } from '../kernel/described-analysis.ts';
import { findUnstorable } from '../kernel/json.ts';
import type { RunnerName } from '../kernel/plugin-traits.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskLookup } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { hasSecrets } from '../wire/secret-fields.ts';
import { parseInput } from '../wire/validation.ts';
import type { Core } from './core.ts';
import { readStored } from './stored-contents.ts';
import type { TaskRecord } from './task-record.ts';

/** How code in each place is spoken with. */
const channels: Readonly<Record<RunnerName, readonly string[]>> = {
  inline: ["inline runner: calls in the engine's own thread"],
  thread: [
    'thread runner: messages over the MessagePort of a worker thread',
    'stdout and stderr of the thread as log lines',
  ],
  process: [
    'process runner: frames over file descriptor 3 of a child process',
    'stdout and stderr of the child as log lines',
  ],
};

/**
 * What is known of how a task was, or is, run.
 *
 * @throws {@link RunstateError} `TASK_FORGOTTEN`; what the store throws
 */
export async function describeTask<TOutput>(
  core: Core,
  record: TaskRecord,
): Promise<DescribedAnalysis<TOutput>> {
  const stored =
    record.brief === null
      ? await core.store.lookup(record.id)
      : await readStored(core.store, record.id);
  const attempt = stored.found === 'task' ? stored.attemptList.at(-1) : undefined;
  const key = record.current === null ? attempt?.environment : core.environment.key;
  const runner = attempt?.runner ?? (record.brief === null ? record.plugin.runner : null);
  return {
    taskResult: resultOf<TOutput>(record, stored),
    taskParameters: parametersOf(core, record),
    taskEnv: (typeof key === 'string' ? await core.store.environment(key) : null) ?? {},
    pollInterval: 0,
    communicatorDesc: runner === null ? [] : channels[runner],
  };
}

function resultOf<TOutput>(record: TaskRecord, stored: TaskLookup): PresentResult<TOutput> {
  const settled = record.result ?? (stored.found === 'task' ? stored.result : null);
  return (settled ?? presentResult(record)) as PresentResult<TOutput>;
}

function presentResult(record: TaskRecord): PresentResult {
  return {
    taskId: record.id,
    taskName: record.plugin.name,
    taskStatus: statusOf(record.state),
    summary: record.summary,
    payload: (record.hasPayload ? record.payload : record.output) ?? null,
    implSchemas: record.plugin.implSchemas ?? null,
    error: record.brief?.error ?? record.doubt,
    teardown: record.teardown,
    times: { submittedAt: record.submittedAt, startedAt: record.startedAt, endedAt: null },
    attempts: record.attempt,
  };
}

/** What code of the plugin's makes of a secret nobody could find in the parsed input. */
function parametersOf(core: Core, { brief, plugin, shownInput }: TaskRecord): unknown {
  const known = brief === null ? plugin : core.plugins.find(plugin.name);
  return known === undefined || hasSecrets(known.input) ? shownInput : parsed(known, shownInput);
}

function parsed(plugin: DefinedPlugin, input: unknown): unknown {
  try {
    const parameters = parseInput(plugin, input);
    return findUnstorable(parameters) === null ? parameters : input;
  } catch {
    // The plugin has changed since.
    return input;
  }
}
