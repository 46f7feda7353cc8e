/**
 * A machine as plain data, read from the machine that runs: its states, and every transition with the
 * event, guard, targets and actions that the interpreter will use.
 *
 * The shape is a machine configuration again, normalised: transitions are lists, targets absolute
 * (`#task.running`), names objects. So any tool that reads XState configurations reads it, and
 * `createMachine` of it makes a machine of the same shape. What is code has no place in data and is
 * shown by its name: `assign` in place as `xstate.assign`, a function by its own name or as
 * `(inline)`.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** An action or a guard, by name. */
export interface NamedJson {
  readonly type: string;
  /** Its parameters, when they are data. */
  readonly params?: unknown;
}

/** One way out of a state, or an action taken inside it when `target` is absent. */
export interface TransitionJson {
  readonly target?: readonly string[];
  readonly guard?: NamedJson;
  readonly actions?: readonly NamedJson[];
  /** The source is left and entered again even if the target lies inside it. */
  readonly reenter?: true;
  readonly description?: string;
}

/** An actor that lives as long as its state. */
export interface InvokeJson {
  readonly id: string;
  readonly src: string;
}

/** Transitions by event type or delay, in the order in which they are tried. */
export type TransitionsJson = Readonly<Record<string, readonly TransitionJson[]>>;

/** One state, with the states inside it. */
export interface StateJson {
  /** Unique in the machine: the machine's id and the keys on the way, with dots between them. */
  readonly id: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly history?: 'shallow' | 'deep';
  /** Key of the state that a compound state begins in. */
  readonly initial?: string;
  readonly entry?: readonly NamedJson[];
  readonly exit?: readonly NamedJson[];
  readonly invoke?: readonly InvokeJson[];
  readonly on?: TransitionsJson;
  readonly after?: TransitionsJson;
  readonly always?: readonly TransitionJson[];
  readonly states?: Readonly<Record<string, StateJson>>;
}

/** A whole machine: its root state. */
export interface MachineJson extends StateJson {
  readonly version?: string;
}

/** What stands in a configuration for an action, a guard or an actor: its name, or code. */
interface Named {
  readonly type?: unknown;
  readonly params?: unknown;
  readonly name?: unknown;
  /** The parts of `and`, `or`; `not` has one. */
  readonly guards?: readonly unknown[];
}

const inlineName = '(inline)';

/** Names that a function in place takes from the key it stands at, and so says nothing with. */
const keyNames = new Set(['', 'undefined', 'guard', 'actions', 'entry', 'exit', 'src', 'logic']);

function named(value: unknown): NamedJson {
  if (typeof value === 'string') return { type: value };
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return { type: inlineName };
  }
  const { type, params, name, guards } = value as Named;
  if (guards !== undefined) {
    const operator = String(name).replace(/Guard$/, '');
    return { type: `${operator}(${guards.map((part) => named(part).type).join(', ')})` };
  }
  if (typeof type !== 'string')
    return { type: keyNames.has(String(name)) ? inlineName : String(name) };
  return {
    type,
    ...(params === undefined || typeof params === 'function' ? {} : { params }),
  };
}

/** XState gives an actor in place a name made of its position, which says nothing. */
function actorName(src: unknown): string {
  const { type } = named(src);
  return type.startsWith('xstate.invoke.') ? inlineName : type;
}

function listed(value: unknown): NamedJson[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(named) : [named(value)];
}

/** Leaves out what is empty, so that the data says only what there is. */
function compact<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(([, value]) => {
    if (value === undefined || value === false || value === null) return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return Object.fromEntries(kept) as T;
}

type Transition = NonNullable<AnyStateNode['always']>[number];

const transitionJson = (transition: Transition): TransitionJson =>
  compact({
    target: transition.target?.map(({ id }) => `#${id}`),
    guard: transition.guard === undefined ? undefined : named(transition.guard),
    actions: transition.actions.map(named),
    reenter: transition.reenter,
    description: transition.description,
  }) as TransitionJson;

function grouped(pairs: readonly (readonly [string, Transition])[]): TransitionsJson {
  const groups: Record<string, TransitionJson[]> = {};
  for (const [key, transition] of pairs) (groups[key] ??= []).push(transitionJson(transition));
  return groups;
}

function stateJson(node: AnyStateNode): StateJson {
  const delayed = node.after.map((transition) => [String(transition.delay), transition] as const);
  const delayEvents = new Set(node.after.map(({ eventType }) => eventType));
  const onEvents = [...node.transitions].filter(([event]) => !delayEvents.has(event));
  const config = node.config as { readonly entry?: unknown; readonly exit?: unknown };
  return compact({
    id: node.id,
    type: node.type,
    description: node.description,
    tags: node.tags,
    history: node.history,
    initial: node.type === 'compound' ? node.initial.target[0]?.key : undefined,
    // Not the node's own lists: those also hold the timers that XState makes of `after`.
    entry: listed(config.entry),
    exit: listed(config.exit),
    invoke: node.invoke.map(({ id, src }) => ({ id, src: actorName(src) })),
    on: grouped(onEvents.flatMap(([event, all]) => all.map((one) => [event, one] as const))),
    after: grouped(delayed),
    always: node.always?.map(transitionJson),
    states: Object.fromEntries(
      Object.entries(node.states as Record<string, AnyStateNode>).map(([key, child]) => [
        key,
        stateJson(child),
      ]),
    ),
  }) as StateJson;
}

/** Describes `machine` as plain data that `JSON.stringify` keeps whole. */
export function machineJson(machine: AnyStateMachine): MachineJson {
  const root = stateJson(machine.root as AnyStateNode);
  return machine.version === undefined ? root : { version: machine.version, ...root };
}
