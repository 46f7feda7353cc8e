import { machineJson } from '../../src/inspect/machine-json.ts';
import type { NamedJson, StateJson } from '../../src/inspect/machine-json.ts';
import { machines } from '../../src/inspect/machines.ts';
import { mermaidOf, transitionsOf } from '../../src/inspect/mermaid.ts';
import { readMachine } from '../../test/support/static-reading.ts';

const notice = '<!-- Written by `npm run docs` from the machine itself; change that, not this. -->';

const cell = (text: string): string =>
  text
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s+/g, ' ')
    .trim();

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function namesOf(actions: readonly NamedJson[] = []): string {
  return actions
    .map(({ type, params }) => {
      const values = typeof params === 'object' && params !== null ? Object.values(params) : [];
      return code(values.length === 0 ? type : `${type}(${values.join(', ')})`);
    })
    .join(', ');
}

/** A state's path inside its machine: `running.acting`; the machine's own name for the whole. */
const pathOf = (id: string, root: string): string =>
  id.replace(/^#/, '').replace(`${root}.`, '') || root;

const statesOf = (state: StateJson): readonly StateJson[] => [
  state,
  ...Object.values(state.states ?? {}).flatMap(statesOf),
];

function stateRows(root: StateJson): string[][] {
  const [, ...states] = statesOf(root);
  return states.map(({ id, type, description = '', tags = [], entry, exit, invoke = [] }) => [
    code(pathOf(id, root.id)),
    description,
    [...tags, ...(type === 'final' || type === 'parallel' ? [type] : [])].join(', '),
    [namesOf(entry), ...invoke.map(({ src }) => `runs ${code(src)}`)].filter(Boolean).join(', '),
    namesOf(exit),
  ]);
}

function eventRows(root: StateJson): string[][] {
  return statesOf(root).flatMap((state) =>
    transitionsOf(state).map(({ trigger, transition: { target, guard, actions } }) => [
      state.id === root.id ? 'any' : code(pathOf(state.id, root.id)),
      trigger === '' ? 'at once' : code(trigger),
      code(guard?.type ?? ''),
      (target ?? []).map((id) => code(pathOf(id, root.id))).join(', ') || 'stays',
      namesOf(actions),
    ]),
  );
}

/** The reference page of one machine: what it is, its drawing, its states and its transitions. */
export function machinePage(name: string): string {
  const machine = machines[name];
  if (machine === undefined) throw new Error(`There is no machine "${name}".`);
  const file = `machines/${name}.machine.ts`;
  const { description } = readMachine(file);
  const json = machineJson(machine);
  return `${[
    notice,
    `# The ${name} machine`,
    description,
    `Source: [\`${file}\`](../../../${file}).`,
    `\`\`\`mermaid\n${mermaidOf(json).trimEnd()}\n\`\`\``,
    '## States',
    table(['state', 'means', 'marks', 'on entry', 'on exit'], stateRows(json)),
    '## Transitions',
    table(['in', 'on', 'if', 'goes to', 'does'], eventRows(json)),
    '[All machines](README.md)',
  ].join('\n\n')}\n`;
}

/** The page that lists all machines. */
export function machineIndex(): string {
  const rows = Object.keys(machines).map((name) => {
    const { description } = readMachine(`machines/${name}.machine.ts`);
    return [`[${name}](${name}.md)`, description.split('\n\n')[0] ?? ''];
  });
  return `${[
    notice,
    '# Machines',
    'Everything that has a life of its own here is a state machine in the folder `machines/`, and ' +
      'the machine that is drawn is the one that runs.',
    table(['machine', 'is'], rows),
  ].join('\n\n')}\n`;
}

/** Every generated page of the machines, by its path. */
export function machinePages(): Map<string, string> {
  const folder = 'docs/reference/machines';
  return new Map([
    [`${folder}/README.md`, machineIndex()],
    ...Object.keys(machines).map((name): [string, string] => [
      `${folder}/${name}.md`,
      machinePage(name),
    ]),
  ]);
}
