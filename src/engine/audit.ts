import { RunstateError } from '../kernel/errors.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { showValue } from '../wire/show-value.ts';
import type { Core } from './core.ts';
import type { AuditFilter } from './engine.ts';

const mostEvents = 1_000;

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const types: readonly string[] = [
  'status',
  'progress',
  'log',
  'attempt',
  'checkpoint',
  'gap',
  'alarm',
] satisfies TaskEvent['type'][];

const whole =
  (least: number) =>
  (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least;

const text: Rule = [(value) => typeof value === 'string', 'a text'];
const moment: Rule = [
  (value) => typeof value === 'number' && Number.isFinite(value),
  'a moment in milliseconds since the epoch',
];

const rules: Readonly<Record<keyof AuditFilter, Rule>> = {
  taskId: [whole(1), 'the id of a task'],
  types: [
    (value) => Array.isArray(value) && value.every((type) => types.includes(type as string)),
    `a list of ${types.join(', ')}`,
  ],
  who: text,
  role: text,
  via: text,
  from: text,
  since: moment,
  until: moment,
  afterSeq: [whole(0), 'a sequence number, 0 or more'],
  limit: [whole(1), 'a whole number, 1 or more'],
};

function assertFilter(filter: AuditFilter): void {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new RunstateError('INVALID_OPTION', ['filter', 'an object', showValue(filter)]);
  }
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined) continue;
    const [isValid, expected] = Object.hasOwn(rules, name)
      ? rules[name as keyof AuditFilter]
      : [() => false, `one of ${Object.keys(rules).join(', ')}`];
    if (!isValid(value)) {
      throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
    }
  }
}

/** Who did what: the events that a person or client caused, in their order. */
export async function audit(
  { store, writer }: Pick<Core, 'store' | 'writer'>,
  filter: AuditFilter = {},
): Promise<readonly TaskEvent[]> {
  assertFilter(filter);
  await writer.caughtUp();
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return store.events({ limit: mostEvents, ...Object.fromEntries(given), isAttributed: true });
}
