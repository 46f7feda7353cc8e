/**
 * Builds the tree of states and transitions from a machine's literal alone, by XState's rules for
 * names and targets, in the shape in which `machineJson` describes the machine that runs. Nothing
 * here asks XState: the two trees are equal only when reading and running agree.
 */
import type {
  MachineJson,
  NamedJson,
  StateJson,
  TransitionJson,
} from '../../src/inspect/machine-json.ts';
import type { Read, ReadObject } from './static-reading.ts';

function asObject(value: Read | undefined, what: string): ReadObject {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${what} is not written as an object`);
}

function asText(value: Read | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${what} is not written as a string`);
}

function asNamed(value: Read, what: string): NamedJson {
  const { type, params, ...rest } = asObject(value, what);
  if (typeof type !== 'string' || Object.keys(rest).length > 0) {
    throw new Error(`${what} is not written as { type: 'name' }`);
  }
  return { type, ...(params === undefined ? {} : { params }) };
}

function asNames(value: Read | undefined, what: string): NamedJson[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${what} is not written as a list`);
  return value.map((item) => asNamed(item, what));
}

/** The id that a target means, seen from the state `id`. */
function resolveTarget(id: string, target: string): string {
  if (target.startsWith('#')) return target;
  if (target.startsWith('.')) return `#${id}${target}`;
  return `#${id.slice(0, id.lastIndexOf('.'))}.${target}`;
}

function asTransition(id: string, value: Read, what: string): TransitionJson {
  const { target, guard, actions, reenter, description, ...rest } = asObject(value, what);
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new Error(`${what} has ${unknown.join()}, which is not read`);
  const targets = target === undefined ? [] : [target].flat();
  return {
    ...(targets.length > 0 && {
      target: targets.map((name) => resolveTarget(id, asText(name, what))),
    }),
    ...(guard !== undefined && { guard: asNamed(guard, `the guard of ${what}`) }),
    ...(actions !== undefined && { actions: asNames(actions, `the actions of ${what}`) }),
    ...(reenter === true && { reenter }),
    ...(typeof description === 'string' && { description }),
  };
}

const asTransitions = (id: string, value: Read, what: string): TransitionJson[] =>
  [value].flat().map((item) => asTransition(id, item, what));

/** Transitions that are named after what ended: a child state, or an invoked actor. */
function endings(id: string, config: ReadObject): [string, Read][] {
  const found: [string, Read | undefined][] = [[`xstate.done.state.${id}`, config['onDone']]];
  for (const item of config['invoke'] === undefined ? [] : [config['invoke']].flat()) {
    const { id: name, onDone, onError } = asObject(item, `invoke of ${id}`);
    const actor = asText(name, `the id of an actor in ${id}`);
    found.push([`xstate.done.actor.${actor}`, onDone], [`xstate.error.actor.${actor}`, onError]);
  }
  return found.filter((pair): pair is [string, Read] => pair[1] !== undefined);
}

function typeOf(config: ReadObject): StateJson['type'] {
  const { type, states } = config;
  if (typeof type === 'string') return type as StateJson['type'];
  return states === undefined ? 'atomic' : 'compound';
}

function stateTree(id: string, config: ReadObject): StateJson {
  const group = (pairs: readonly [string, Read][]): Record<string, TransitionJson[]> =>
    Object.fromEntries(
      pairs.map(([key, value]) => [key, asTransitions(id, value, `${key} of ${id}`)]),
    );
  const on = [...Object.entries(asObject(config['on'], `on of ${id}`)), ...endings(id, config)];
  const after = Object.entries(asObject(config['after'], `after of ${id}`));
  const states = Object.entries(asObject(config['states'], `states of ${id}`));
  const { description, tags, history, initial, entry, exit, invoke, always } = config;
  return {
    id,
    type: typeOf(config),
    ...(typeof description === 'string' && { description }),
    ...(Array.isArray(tags) && { tags: tags.map(String) }),
    ...((history === 'shallow' || history === 'deep') && { history }),
    ...(typeof initial === 'string' && { initial }),
    ...(entry !== undefined && { entry: asNames(entry, `entry of ${id}`) }),
    ...(exit !== undefined && { exit: asNames(exit, `exit of ${id}`) }),
    ...(invoke !== undefined && {
      invoke: [invoke].flat().map((item) => {
        const { id: actor, src } = asObject(item, `invoke of ${id}`);
        return { id: asText(actor, 'id'), src: asText(src, 'src') };
      }),
    }),
    ...(on.length > 0 && { on: group(on) }),
    ...(after.length > 0 && { after: group(after) }),
    ...(always !== undefined && { always: asTransitions(id, always, `always of ${id}`) }),
    ...(states.length > 0 && {
      states: Object.fromEntries(
        states.map(([key, state]) => [key, stateTree(`${id}.${key}`, asObject(state, key))]),
      ),
    }),
  };
}

/** The tree of a whole machine, from its literal configuration. */
export function staticTree(config: ReadObject): MachineJson {
  return stateTree(asText(config['id'], 'the id'), config);
}

const transitionsIn = (state: StateJson): TransitionJson[] => [
  ...Object.values(state.on ?? {}).flat(),
  ...Object.values(state.after ?? {}).flat(),
  ...(state.always ?? []),
];

/** Every state of a tree, the root first. */
export const statesIn = (state: StateJson): StateJson[] => [
  state,
  ...Object.values(state.states ?? {}).flatMap(statesIn),
];

/** The names a tree uses, by the kind that `setup` declares them under. */
export function namesIn(tree: StateJson): Record<string, Set<string>> {
  const states = statesIn(tree);
  const transitions = states.flatMap(transitionsIn);
  const actions = [
    ...states.flatMap(({ entry = [], exit = [] }) => [...entry, ...exit]),
    ...transitions.flatMap((transition) => transition.actions ?? []),
  ];
  const delays = states.flatMap(({ after = {} }) => Object.keys(after));
  return {
    actions: new Set(actions.map(({ type }) => type)),
    guards: new Set(transitions.flatMap(({ guard }) => guard?.type ?? [])),
    actors: new Set(states.flatMap(({ invoke = [] }) => invoke.map(({ src }) => src))),
    delays: new Set(delays.filter((delay) => !/^\d+$/.test(delay))),
  };
}
