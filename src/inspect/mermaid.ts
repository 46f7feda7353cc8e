/**
 * A machine as a Mermaid state diagram: nested and parallel states, where each begins and ends, and
 * an arrow for every transition, labelled `event [guard]`. An action without a target stands inside
 * its state (`event / action`); one of a state with states inside it is a note beside it.
 *
 * Mermaid cannot draw an arrow between a state and one inside it. Such a transition is drawn as what
 * it means: from each state that it can be taken in, or to the state that is then entered.
 */
import type { AnyStateMachine } from 'xstate';
import { machineJson } from './machine-json.ts';
import type { MachineJson, StateJson, TransitionJson } from './machine-json.ts';

/** Words that begin a statement of their own in a Mermaid state diagram. */
const reservedWords = new Set(
  'accDescr accTitle as class classDef click default direction end hide left note of right scale state stateDiagram style root'.split(
    ' ',
  ),
);

/** A state in the drawing. */
interface Place {
  readonly key: string;
  /** What the drawing calls it: unique, and a plain word. */
  readonly name: string;
  readonly state: StateJson;
  readonly parent: Place | null;
  readonly children: readonly Place[];
}

const escaped = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[#;:"<>{}%]/g, (letter) => `#${letter.codePointAt(0)};`);

/** An event type as people say it: `work done` for `xstate.done.actor.work`. */
export function eventLabel(eventType: string): string {
  const [, outcome, kind, id] = /^xstate\.(done|error)\.(actor|state)\.(.+)$/.exec(eventType) ?? [];
  if (outcome === undefined) return eventType;
  if (kind === 'state') return 'done';
  return `${id} ${outcome === 'done' ? 'done' : 'failed'}`;
}

/** A delay as people say it: `after 500 ms`, or `after backoff` for a named one. */
export const delayLabel = (delay: string): string =>
  /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;

/** A transition, and what takes it: an event, a delay, or nothing (`always`). */
export interface LabelledTransition {
  readonly trigger: string;
  /** It is taken when a state inside has come to its end. */
  readonly isAtEnd: boolean;
  readonly transition: TransitionJson;
}

const take = (
  found: readonly TransitionJson[],
  trigger: string,
  isAtEnd = false,
): LabelledTransition[] => found.map((transition) => ({ trigger, isAtEnd, transition }));

/** Every transition of one state, in the order in which they are tried. */
export function transitionsOf(state: StateJson): LabelledTransition[] {
  return [
    ...take(state.always ?? [], ''),
    ...Object.entries(state.on ?? {}).flatMap(([event, found]) =>
      take(found, eventLabel(event), event === `xstate.done.state.${state.id}`),
    ),
    ...Object.entries(state.after ?? {}).flatMap(([delay, found]) =>
      take(found, delayLabel(delay)),
    ),
  ];
}

function labelOf({ trigger, transition }: LabelledTransition): string {
  const guard = transition.guard === undefined ? '' : `[${transition.guard.type}]`;
  return escaped([trigger, guard].filter((part) => part !== '').join(' '));
}

function insideLabel(found: LabelledTransition): string {
  const actions = (found.transition.actions ?? []).map(({ type }) => type).join(', ');
  return `${labelOf(found)}${actions === '' ? '' : ` / ${escaped(actions)}`}`;
}

/** Gives every state its place and its name. */
function placesOf(root: StateJson): Place {
  const taken = new Set(reservedWords);
  const place = (key: string, path: string, state: StateJson, parent: Place | null): Place => {
    let name = path.replaceAll(/\W/g, '_');
    while (taken.has(name)) name += '_';
    taken.add(name);
    const children: Place[] = [];
    const here: Place = { key, name, state, parent, children };
    for (const [childKey, child] of Object.entries(state.states ?? {})) {
      const childPath = parent === null ? childKey : `${path}_${childKey}`;
      children.push(place(childKey, childPath, child, here));
    }
    return here;
  };
  return place(root.id, root.id, root, null);
}

const flatten = (place: Place): Place[] => [place, ...place.children.flatMap(flatten)];

function isInside(place: Place, outer: Place): boolean {
  for (let at = place.parent; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

/** The states in which a transition of `source` can be taken, none of them around `target`. */
function startsOf(source: Place, target: Place, isAtEnd: boolean): Place[] {
  if (!isInside(target, source)) return [source];
  return source.children
    .filter(({ state }) => state.type !== 'history' && (state.type === 'final') === isAtEnd)
    .flatMap((child) => startsOf(child, target, isAtEnd));
}

/** The state that is entered with `target`, going inwards until it is not around `source`. */
function endOf(target: Place, source: Place): Place {
  if (!isInside(source, target)) return target;
  const first = target.children.find(({ key }) => key === target.state.initial);
  return first === undefined ? target : endOf(first, source);
}

function structure(place: Place, indent: string): string[] {
  const { children, name, state } = place;
  const title = state.type === 'history' ? (state.history === 'deep' ? 'H*' : 'H') : place.key;
  const opening = `${indent}state "${escaped(title)}" as ${name}`;
  if (children.length > 0) return [`${opening} {`, ...inside(place, `${indent}  `), `${indent}}`];
  const within = transitionsOf(state).filter(({ transition }) => transition.target === undefined);
  return [opening, ...within.map((found) => `${indent}${name} : ${insideLabel(found)}`)];
}

function inside({ children, state }: Place, indent: string): string[] {
  if (state.type === 'parallel') {
    return children.flatMap((child, index) => [
      ...(index === 0 ? [] : [`${indent}--`]),
      ...structure(child, indent),
    ]);
  }
  const first = children.find(({ key }) => key === state.initial);
  return [
    ...(first === undefined ? [] : [`${indent}[*] --> ${first.name}`]),
    ...children.flatMap((child) => structure(child, indent)),
    ...children
      .filter((child) => child.state.type === 'final')
      .map(({ name }) => `${indent}${name} --> [*]`),
  ];
}

/** One arrow for each pair of states, with a line of label for each transition. */
function arrows(places: readonly Place[]): string[] {
  const byId = new Map(places.map((place) => [place.state.id, place]));
  const labels = new Map<string, string[]>();
  for (const source of places) {
    for (const found of transitionsOf(source.state)) {
      for (const id of found.transition.target ?? []) {
        const target = byId.get(id.replace(/^#/, ''));
        if (target === undefined) continue;
        for (const start of startsOf(source, target, found.isAtEnd)) {
          const pair = `${start.name} --> ${endOf(target, start).name}`;
          labels.set(pair, [...(labels.get(pair) ?? []), labelOf(found)]);
        }
      }
    }
  }
  return [...labels].map(([pair, lines]) => {
    const label = [...new Set(lines)].filter((line) => line !== '').join('<br/>');
    return label === '' ? pair : `${pair} : ${label}`;
  });
}

/** What is done in a state with others inside it, without leaving it. */
function noteOf({ name, state }: Place): string[] {
  const within = transitionsOf(state).filter(({ transition }) => transition.target === undefined);
  if (within.length === 0) return [];
  const lines = within.map((found) => `  ${insideLabel(found)}`);
  return [`note right of ${name}`, ...lines, 'end note'];
}

/** Draws `machine`, or its description as data, as the text of a Mermaid `stateDiagram-v2`. */
export function mermaidOf(machine: AnyStateMachine | MachineJson): string {
  const root = placesOf('root' in machine ? machineJson(machine) : machine);
  const places = flatten(root);
  const isFramed = transitionsOf(root.state).length > 0 || root.state.type === 'parallel';
  const lines = [
    ...(isFramed || root.children.length === 0 ? structure(root, '') : inside(root, '')),
    ...arrows(places),
    ...places.filter(({ children }) => children.length > 0).flatMap(noteOf),
  ];
  return `${['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}
