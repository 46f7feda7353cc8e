/**
 * Gives every Mermaid drawing of the documents, and one of an awkward machine, to Mermaid's own
 * parser. Needs `npm run build` in the root and `npm ci` here.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Window } from 'happy-dom';

// Mermaid sanitises labels with a library that looks for a browser when it is loaded.
globalThis.window = new Window();
globalThis.document = globalThis.window.document;
const { default: mermaid } = await import('mermaid');

const root = new URL('../../', import.meta.url);
const { createMachine } = createRequire(root)('xstate');
const { mermaidOf } = await import(new URL('dist/src/inspect/mermaid.js', root).href);

const awkward = createMachine({
  id: 'note',
  type: 'parallel',
  on: { '*': '.end.state', 'x:"y";%% <z>{}#1': { actions: 'a', guard: 'g' } },
  states: {
    end: {
      initial: 'state',
      states: {
        state: { always: { target: 'class', guard: 'isReady' }, after: { 500: 'class' } },
        class: { on: { up: '#note.end', note: { actions: 'keep' } } },
        H: { type: 'history', history: 'deep' },
        'a-b c': { on: { back: 'H' } },
        last: { type: 'final' },
      },
      onDone: '.H',
      on: { again: { actions: 'count' }, self: '#note.end' },
    },
    default: {},
  },
});

const pages = [
  'README.md',
  ...readdirSync(new URL('docs', root), { encoding: 'utf8', recursive: true }).map(
    (name) => `docs/${name}`,
  ),
];
const written = pages.filter((name) => name.endsWith('.md') && !name.includes('node_modules'));
const drawings = written.flatMap((page) =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(/^```mermaid\n(.*?)^```/gms)].map(
    ([, text]) => [page, text],
  ),
);

for (const [page, text] of [...drawings, ['the awkward machine', mermaidOf(awkward)]]) {
  try {
    await mermaid.parse(text);
  } catch (cause) {
    throw new Error(`${page} holds a drawing that Mermaid cannot read:\n${text}`, { cause });
  }
}
process.stdout.write(`${drawings.length} drawings read by Mermaid\n`);
process.exit(0);
