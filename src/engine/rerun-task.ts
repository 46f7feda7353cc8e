import { RunstateError } from '../kernel/errors.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { showValue } from '../wire/show-value.ts';
import type { RerunOptions } from './engine.ts';
import { limitNames } from './limits.ts';
import { readStored } from './stored-contents.ts';
import { storedRecord } from './stored-record.ts';
import type { SubmitOptions } from './submission.ts';
import type { TaskHandle } from './task-handle.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/** What a rerun needs of the engine. */
export interface RerunPort {
  /** Submits work, as `engine.submit` does. */
  submit(plugin: string, input: unknown, options: SubmitOptions): TaskHandle;
  /** @throws {@link RunstateError} `PLUGIN_UNKNOWN` */
  plugin(name: string): DefinedPlugin;
}

/** What a rerun is told as the first run was; its key, its order and its delay were that run's own. */
const keptOptions = [
  'name',
  'tags',
  'note',
  'priority',
  'resources',
  'requires',
  ...limitNames,
] as const;

const known = ['input', 'by', 'reason'];

function assertRerunOptions(options: RerunOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RunstateError('INVALID_OPTION', ['options', 'an object', showValue(options)]);
  }
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) continue;
    const expected = `one of ${known.join(', ')}`;
    throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
  }
}

function pick(options: SubmitOptions): SubmitOptions {
  const entries = keptOptions.map((name) => [name, options[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The input as it was given; the secrets of one that is stored are opened for this engine alone. */
function inputOf({ core }: TaskRoom, port: RerunPort, record: TaskRecord): unknown {
  const { id, brief, plugin, input, storedInput, isSealed } = record;
  if (brief === null && !isSealed) return input;
  const stored = brief === null ? storedInput : brief.task.input;
  return core.secrets.unseal(port.plugin(plugin.name), stored, id);
}

/** Runs a task's work again as a new task. */
export async function rerunTask(
  room: TaskRoom,
  port: RerunPort,
  id: number,
  options: RerunOptions = {},
): Promise<TaskHandle> {
  assertRerunOptions(options);
  const { core, registry } = room;
  const record = registry.held(id) ?? storedRecord(await readStored(core.store, id));
  const { by, reason } = options;
  const input = 'input' in options ? options.input : inputOf(room, port, record);
  return port.submit(record.plugin.name, input, {
    ...pick(record.options),
    rerunOf: id,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
  });
}
