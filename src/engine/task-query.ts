import { RunstateError } from '../kernel/errors.ts';
import { TaskStatus } from '../kernel/task-state.ts';
import type { TaskQuery } from '../kernel/task-store.ts';
import { isDefinedPlugin } from '../wire/plugin.ts';
import { isPluginClass } from '../wire/plugin-class.ts';
import { showValue } from '../wire/show-value.ts';
import type { TaskFilter } from './engine.ts';
import type { Submittable } from './types.ts';

/** How many tasks are listed unless told otherwise. */
const pageSize = 100;

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const statuses: readonly unknown[] = Object.values(TaskStatus);
const isStatus = (value: unknown): boolean => statuses.includes(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const moment: Rule = [
  (value) => typeof value === 'number' && Number.isFinite(value),
  'a moment in milliseconds since the epoch, such as `Date.now()`',
];

const rules: Readonly<Record<keyof TaskFilter, Rule>> = {
  status: [
    (value) =>
      isStatus(value) || (Array.isArray(value) && value.length > 0 && value.every(isStatus)),
    `one or more of ${statuses.join(', ')}`,
  ],
  plugin: [(value) => isText(value) && value !== '', 'the name of a plugin'],
  tags: [(value) => Array.isArray(value) && value.every(isText), 'a list of texts'],
  parent: [isCount, 'the id of a job'],
  text: [isText, 'a text to look for'],
  since: moment,
  until: moment,
  after: [isCount, 'the id of the last task of the page before'],
  limit: [isCount, 'a whole number, 1 or more'],
};

/**
 * What a caller wants listed, as stores are asked for it.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the field, its value and what it must be
 */
export function taskQuery(filter: TaskFilter = {}): TaskQuery {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new RunstateError('INVALID_OPTION', ['filter', 'an object', showValue(filter)]);
  }
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const [isValid, expected] = Object.hasOwn(rules, name)
      ? rules[name as keyof TaskFilter]
      : [() => false, `one of ${Object.keys(rules).join(', ')}`];
    if (!isValid(value)) {
      throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
    }
  }
  const { status, limit = pageSize, ...others }: TaskFilter = Object.fromEntries(given);
  if (status === undefined) return { ...others, limit };
  return { ...others, limit, status: typeof status === 'string' ? [status] : status };
}

/**
 * The name under which tasks of a plugin are found; it need not be registered, or exist, any more.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function pluginNameOf(plugin: string | Submittable): string {
  if (typeof plugin === 'string' && plugin !== '') return plugin;
  if (isDefinedPlugin(plugin)) return plugin.name;
  if (isPluginClass(plugin)) return plugin.pluginName ?? plugin.name.toLowerCase();
  const expected = 'the name of a plugin, its definition or its class';
  throw new RunstateError('INVALID_OPTION', ['plugin', expected, showValue(plugin)]);
}
