import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourcePosition } from './problem.ts';

/** A place in a stack trace: `file:///x.mjs:3:5`, `(/x.ts:3:5)`, or a file and a line alone. */
const place = /(?:file:\/\/)?\/[^\s():]+(?:\?[^\s():]*)?:\d+(?::\d+)?/g;
const partsOfPlace = /^(.+?)(?:\?[^:]*)?:(\d+)(?::(\d+))?$/;

function placesIn(stack: string): SourcePosition[] {
  return [...stack.matchAll(place)].flatMap(([text]) => {
    const [, where, line, column = '1'] = partsOfPlace.exec(text) ?? [];
    if (where === undefined || line === undefined) return [];
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    return [{ file, line: Number(line), column: Number(column) }];
  });
}

function originalOf(at: SourcePosition, sourceMap: string): SourcePosition | null {
  const payload: ConstructorParameters<typeof SourceMap>[0] = JSON.parse(sourceMap);
  const entry = new SourceMap(payload).findEntry(at.line - 1, at.column - 1);
  if (!('originalSource' in entry) || entry.originalSource === undefined) return null;
  return {
    file: resolve(dirname(at.file), entry.originalSource),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

/**
 * Where in a plugin's own files an error came from: the topmost line of its stack that lies in the
 * bundle, or in one of the files it was made of when Node follows source maps itself.
 */
export function positionOf(
  error: unknown,
  bundle: { readonly path: string; readonly sourceMap: string; readonly files: readonly string[] },
): SourcePosition | null {
  if (!(error instanceof Error) || error.stack === undefined) return null;
  for (const at of placesIn(error.stack)) {
    if (bundle.files.includes(at.file)) return at;
    if (at.file === bundle.path) return originalOf(at, bundle.sourceMap);
  }
  return null;
}
