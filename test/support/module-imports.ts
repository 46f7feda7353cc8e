/** What a module's source asks for, read by a real parser: nothing hides from it as from a regex. */
import { readFileSync } from 'node:fs';
import { Visitor, parseSync } from 'oxc-parser';
import type { Program } from 'oxc-parser';

/** One place where a module names another. */
export interface ModuleImport {
  /** Null when the name is computed, which only a dynamic import can do. */
  readonly specifier: string | null;
  /** Whether the import is gone from the compiled code. */
  readonly isType: boolean;
  /** Whether it is carried out when reached, not when the module is loaded. */
  readonly isDynamic: boolean;
}

/** Parses a file and fails on the first thing that is no TypeScript. */
export function parseSource(file: string, source = readFileSync(file, 'utf8')): Program {
  const { errors, program } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  return program;
}

/**
 * Lists every import of a module: `import`, `export … from`, `import()`, `require()`, and types by
 * `import('…')`. `import { type X }` counts as a value import, because it is kept when compiled.
 */
export function importsOf(file: string, source = readFileSync(file, 'utf8')): ModuleImport[] {
  const found: ModuleImport[] = [];
  const add = (specifier: string | null, kind: 'type' | 'value', isDynamic = false): void => {
    found.push({ specifier, isType: kind === 'type', isDynamic });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.importKind ?? 'value'),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind ?? 'value'),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source.value, node.exportKind ?? 'value');
    },
    ImportExpression: ({ source: name }) =>
      add(name.type === 'Literal' ? String(name.value) : null, 'value', true),
    TSImportType: (node) => add(node.source.value, 'type'),
    TSExternalModuleReference: (node) => add(node.expression.value, 'value'),
    CallExpression: ({ callee, arguments: [name] }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'require') return;
      add(name?.type === 'Literal' ? String(name.value) : null, 'value');
    },
  }).visit(parseSource(file, source));
  return found;
}

/** The package a bare specifier belongs to; null for a path, a Node module or the own `#imports`. */
export function packageOf(specifier: string): string | null {
  if (/^(?:\.|node:|#|file:)/.test(specifier)) return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
