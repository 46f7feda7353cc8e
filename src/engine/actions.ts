import { RunstateError } from '../kernel/errors.ts';
import type { Effect } from '../kernel/plugin-traits.ts';
import { closeNames } from '../plugin-host/close-names.ts';
import type { ActionFunction } from '../wire/job.ts';
import { showValue } from '../wire/show-value.ts';

/** What an action says of itself. */
export interface RegisterActionOptions {
  /**
   * What repeating it means.
   *
   * @defaultValue `'unsafe'`
   */
  readonly effect?: Effect;
}

/** An action that jobs may name. */
export interface RegisteredAction {
  readonly name: string;
  readonly effect: Effect;
  readonly run: ActionFunction;
}

/** The actions that jobs may name: functions of this process. */
export interface EngineActions {
  /**
   * Gives a function a name, by which jobs find it again after a restart.
   *
   * @throws {@link RunstateError} `ACTION_DUPLICATE`, `INVALID_OPTION`
   */
  register(name: string, run: ActionFunction, options?: RegisterActionOptions): void;
  /** Names and effects, by name. */
  list(): readonly Pick<RegisteredAction, 'name' | 'effect'>[];
}

function refuse(field: string, expected: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [field, expected, showValue(value)]);
}

const effects: readonly unknown[] = ['idempotent', 'resumable', 'unsafe'] satisfies Effect[];

/** `engine.actions`, and the way to what was registered. */
export class Actions implements EngineActions {
  readonly #actions = new Map<string, RegisteredAction>();

  register(name: string, run: ActionFunction, options: RegisterActionOptions = {}): void {
    const { effect = 'unsafe' } = options;
    if (typeof name !== 'string' || name === '') refuse('name', 'a text that is not empty', name);
    if (typeof run !== 'function') refuse('run', 'a function', run);
    if (!effects.includes(effect)) refuse('effect', `one of ${effects.join(', ')}`, effect);
    if (this.#actions.has(name)) throw new RunstateError('ACTION_DUPLICATE', [name]);
    this.#actions.set(name, { name, effect, run });
  }

  list(): readonly Pick<RegisteredAction, 'name' | 'effect'>[] {
    return [...this.#actions.values()]
      .map(({ name, effect }) => ({ name, effect }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): RegisteredAction | undefined {
    return this.#actions.get(name);
  }

  /** @throws {@link RunstateError} `ACTION_UNKNOWN`, with the names that may have been meant */
  assertKnown(name: string): RegisteredAction {
    const found = this.#actions.get(name);
    if (found === undefined) throw unknownAction(name, [...this.#actions.keys()]);
    return found;
  }
}

/** The error for a name that no action has. */
export function unknownAction(name: string, known: readonly string[]): RunstateError {
  const close = closeNames(name, known);
  const meant = close.map((each) => `"${each}"`).join(' or ');
  const listed = known.length === 0 ? '' : ` There are: ${known.toSorted().join(', ')}.`;
  return new RunstateError('ACTION_UNKNOWN', [
    name,
    close.length > 0 ? ` Did you mean ${meant}?` : listed,
  ]);
}
