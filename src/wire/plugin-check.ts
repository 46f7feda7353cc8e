import { RunstateError } from '../kernel/errors.ts';
import { isResourceRequest, resourcesExpected } from '../kernel/plugin-traits.ts';
import { isRetries, retriesExpected } from '../kernel/retry.ts';
import { isRequires, requiresExpected } from './condition.ts';
import { showValue } from './show-value.ts';

type Rule = readonly [isValid: (value: unknown) => boolean, demand: string];

const isText = (value: unknown): boolean => typeof value === 'string';

const oneOf = (...words: readonly string[]): Rule => [
  (value) => words.some((word) => word === value),
  `must be ${words
    .map((word) => `\`${word}\``)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ')}`,
];

const positiveMs: Rule = [
  (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
  'must be a positive number of milliseconds',
];

const texts: Rule = [
  (value) => Array.isArray(value) && value.every(isText),
  'must be a list of texts',
];

const flag: Rule = [(value) => typeof value === 'boolean', 'must be true or false'];

const code: Rule = [(value) => typeof value === 'function', 'must be a function'];

const has =
  (method: string) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Readonly<Record<string, unknown>>)[method] === 'function';

const schema: Rule = [has('safeParse'), 'must be a zod schema'];

/** What each field of a plugin's definition must be. */
const rules: Readonly<Record<string, Rule>> = {
  name: [
    (value) => typeof value === 'string' && /^\S+$/.test(value),
    'must be a text without spaces, such as `module.name`',
  ],
  description: [isText, 'must be a text'],
  effect: oneOf('idempotent', 'resumable', 'unsafe'),
  runner: oneOf('inline', 'thread', 'process'),
  suspend: oneOf('signal', 'cooperative', 'refuse'),
  timeoutMs: positiveMs,
  queueTimeoutMs: positiveMs,
  deadlineMs: positiveMs,
  heartbeatTimeoutMs: positiveMs,
  teardownTimeoutMs: positiveMs,
  graceMs: [
    (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
    'must be a number of milliseconds, 0 or more',
  ],
  retries: [isRetries, `must be ${retriesExpected}`],
  resources: [isResourceRequest, `must be ${resourcesExpected}`],
  requires: [isRequires, `must be ${requiresExpected}`],
  enduring: flag,
  saved: flag,
  reprocessIgnore: texts,
  implSchemas: [
    (value) => isText(value) || texts[0](value),
    'must be a list of names, or a text such as "a;b"',
  ],
  module: [
    (value) => typeof value === 'string' && URL.canParse(value),
    'must be a URL: write `module: import.meta.url`',
  ],
  input: schema,
  output: schema,
  onSettled: code,
  setup: code,
  process: code,
  teardown: code,
  abort: code,
  logic: [has('transition'), 'must be the logic of an XState actor'],
};

/**
 * Refuses a definition with a field that has no sense, or that nobody knows.
 *
 * @throws {@link RunstateError} `PLUGIN_INVALID`, naming the field
 */
export function assertPlugin(definition: object): void {
  const { name = '(unnamed)' } = definition as { readonly name?: unknown };
  for (const [field, value] of Object.entries({ name: undefined, ...definition })) {
    if (value === undefined && field !== 'name') continue;
    const [isValid, demand] = Object.hasOwn(rules, field)
      ? (rules[field] ?? code)
      : [() => false, `is none of ${Object.keys(rules).join(', ')}`];
    if (isValid(value)) continue;
    const problem = `${demand}, got ${showValue(value)}`;
    throw new RunstateError('PLUGIN_INVALID', [String(name), field, problem]);
  }
}
