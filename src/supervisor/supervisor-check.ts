import { RunstateError } from '../kernel/errors.ts';
import { showValue } from '../wire/show-value.ts';
import { isSupervisorDefinition } from './supervisor-definition.ts';

interface Rule {
  readonly isKept: (value: unknown) => boolean;
  /** What the option must be, in words. */
  readonly demand: string;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.trim() !== '' && !value.includes('/');

const isLogic = (value: unknown): boolean =>
  isSupervisorDefinition(value) ||
  (isObject(value) &&
    'transition' in value &&
    typeof value.transition === 'function' &&
    'getInitialSnapshot' in value &&
    typeof value.getInitialSnapshot === 'function');

const oneOf = (...words: readonly string[]): Rule => ({
  isKept: (value) => words.includes(value as string),
  demand: words
    .map((word) => `\`${word}\``)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
});

const optional = ({ isKept, demand }: Rule): Rule => ({
  isKept: (value) => value === undefined || isKept(value),
  demand,
});

const name: Rule = { isKept: isName, demand: 'a text that is not empty and has no `/`' };

const supervisorRules: readonly (readonly [string, Rule])[] = [
  ['name', optional(name)],
  ['strategy', optional(oneOf('one-for-one', 'one-for-all', 'rest-for-one'))],
  [
    'maxRestarts',
    optional({
      isKept: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
      demand: 'a whole number of at least 0',
    }),
  ],
  [
    'windowMs',
    optional({
      isKept: (value) => Number.isFinite(value) && (value as number) > 0,
      demand: 'a positive number of milliseconds',
    }),
  ],
  ['children', { isKept: Array.isArray, demand: 'an array of children' }],
];

const childRules: readonly (readonly [string, Rule])[] = [
  ['name', name],
  ['logic', { isKept: isLogic, demand: 'XState actor logic or a supervisor' }],
  ['restart', optional(oneOf('permanent', 'transient', 'temporary'))],
  [
    'shutdownMs',
    optional({
      isKept: (value) => Number.isFinite(value) && (value as number) >= 0,
      demand: 'a number of milliseconds of at least 0',
    }),
  ],
];

const leftOut: Rule = {
  isKept: (value) => value === undefined,
  demand: 'left out for a supervisor',
};

const nestedRules: readonly (readonly [string, Rule])[] = [
  ['shutdownMs', leftOut],
  ['input', leftOut],
];

function refuse(option: string, demand: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [option, demand, showValue(value)]);
}

function checkAll(
  options: object,
  rules: readonly (readonly [string, Rule])[],
  path: string,
): void {
  for (const [key, { isKept, demand }] of rules) {
    const value: unknown = Reflect.get(options, key);
    if (!isKept(value)) refuse(`${path}${key}`, demand, value);
  }
}

/**
 * Refuses options of a supervisor that could not be started, at the first one at fault.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option and its value
 */
export function checkSupervisor(options: unknown): void {
  if (!isObject(options)) refuse('options', 'an object', options);
  checkAll(options, supervisorRules, '');
  const { children } = options as { readonly children: readonly unknown[] };
  const names = new Set<unknown>();
  for (const [index, child] of children.entries()) {
    const path = `children[${index}]`;
    if (!isObject(child)) refuse(path, 'an object', child);
    checkAll(child, childRules, `${path}.`);
    const { name: childName, logic } = child as { readonly name: string; readonly logic: object };
    if (isSupervisorDefinition(logic)) checkAll(child, nestedRules, `${path}.`);
    if (names.has(childName)) {
      refuse(`${path}.name`, 'unique among its siblings', childName);
    }
    names.add(childName);
  }
}
