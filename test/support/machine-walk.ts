import { transition } from 'xstate';
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyTransitionDefinition,
  EventObject,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';

/** What is sent in a state, to find out where it leads. */
export type EventsOf<TSnapshot> = (snapshot: TSnapshot) => readonly EventObject[];

/** Where the shortest paths of a machine come, and what every event does there. */
export interface Walk {
  /** The state values at the ends of the paths, as JSON. */
  readonly states: ReadonlySet<string>;
  /** The transitions taken, named by {@link nameOf}. */
  readonly transitions: ReadonlySet<string>;
  /** Every step: the state, the event, and the state that follows. */
  readonly steps: readonly WalkStep[];
}

/** One event in one state. */
export interface WalkStep {
  readonly from: string;
  readonly event: EventObject;
  readonly to: string;
}

const guardName = (guard: unknown): string =>
  typeof guard === 'object' && guard !== null && 'type' in guard ? ` [${String(guard.type)}]` : '';

/** A transition in words: source, event, guard, targets. */
export function nameOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const targets = (target ?? []).map(({ id }) => id).join(', ');
  return `${source.id}: ${eventType}${guardName(guard)} → ${targets}`;
}

/** Every transition that a machine has, in words. */
export function transitionsOf(machine: AnyStateMachine): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: AnyStateMachine['root']): void => {
    const own = [...node.transitions.values()].flat();
    for (const each of [...own, ...(node.always ?? [])]) found.add(nameOf(each));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return found;
}

/** Every state value a machine can be in, as the ids of its states without children. */
export function leavesOf(machine: AnyStateMachine): readonly string[] {
  const leaves = (node: AnyStateMachine['root']): string[] => {
    const children = Object.values(node.states);
    return children.length === 0 ? [node.id] : children.flatMap(leaves);
  };
  return leaves(machine.root);
}

/** Whether a transition in words is taken without an event. */
export const isEventless = (name: string): boolean => name.includes(':  ');

/**
 * Walks every shortest path of a machine, and tries every event at the end of each. States are told
 * apart by their values; a machine whose context counts is one `withContext`.
 */
export function walk<TMachine extends AnyStateMachine>(
  machine: TMachine,
  input: unknown,
  eventsOf: EventsOf<ReturnType<TMachine['getInitialSnapshot']>>,
  { withContext = false }: { readonly withContext?: boolean } = {},
): Walk {
  const paths = getShortestPaths(machine as AnyStateMachine, {
    input,
    events: eventsOf as never,
    serializeState: (snapshot) => {
      const { value, context } = snapshot as AnyMachineSnapshot;
      return JSON.stringify(withContext ? [value, context] : value);
    },
  });
  const states = new Set<string>();
  const transitions = new Set<string>();
  const steps: WalkStep[] = [];
  for (const path of paths) {
    const end = path.state as AnyMachineSnapshot;
    const from = JSON.stringify(end.value);
    states.add(from);
    if (end.status !== 'active') continue;
    for (const event of eventsOf(end as never)) {
      for (const taken of machine.getTransitionData(end as never, event)) {
        transitions.add(nameOf(taken));
      }
      const [next] = transition(machine as AnyStateMachine, end, event);
      steps.push({ from, event, to: JSON.stringify(next.value) });
    }
  }
  return { states, transitions, steps };
}
