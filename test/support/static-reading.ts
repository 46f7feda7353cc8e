/**
 * Reads a machine's file as the strictest of tools would: without running it, and seeing literals
 * only. Anything else (a computed key, a spread, a template string, a name, a call) is an error, so
 * that no tool can read less than what runs.
 */
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import type { Expression, ObjectExpression, Statement, VariableDeclarator } from 'oxc-parser';

/** A literal as it stands in the source. */
export type Read = string | number | boolean | null | Read[] | ReadObject;

/** An object literal as it stands in the source. */
export interface ReadObject {
  [key: string]: Read;
}

/** All that can be known of a machine from its source. */
export interface MachineReading {
  readonly exportName: string;
  /** The paragraph above the machine, without its comment signs. */
  readonly description: string;
  /** Names declared in `setup`, by kind. */
  readonly declared: Readonly<Record<string, readonly string[]>>;
  /** The configuration; what holds code or data of the machine's memory reads as `(code)`. */
  readonly config: ReadObject;
}

/** Keys of a configuration whose values are code. */
export const codeKeys: ReadonlySet<string> = new Set(['context', 'output', 'input']);

/** What stands for code in a reading. */
export const code = '(code)';

class Reader {
  readonly file: string;
  readonly source: string;

  constructor(file: string, source: string) {
    this.file = file;
    this.source = source;
  }

  refuse(what: string, start: number): never {
    const line = this.source.slice(0, start).split('\n').length;
    throw new Error(`${this.file}:${line}: ${what}`);
  }

  /** The properties of an object literal that has plain ones only. */
  properties(node: ObjectExpression): [string, Expression][] {
    return node.properties.map((property) => {
      if (property.type === 'SpreadElement') return this.refuse('a spread', property.start);
      const { computed, key, kind, method, shorthand, start, value } = property;
      if (computed) this.refuse('a computed key', start);
      if (method || shorthand || kind !== 'init') this.refuse('a method or a shorthand', start);
      if (key.type === 'Identifier') return [key.name, value];
      if (key.type === 'Literal') return [String(key.value), value];
      return this.refuse('a key that is no name', start);
    });
  }

  literal(node: Expression): Read {
    switch (node.type) {
      case 'Literal':
        if ('regex' in node || 'bigint' in node) return this.refuse('no JSON value', node.start);
        return node.value;
      case 'ArrayExpression':
        return node.elements.map((element) => {
          if (element === null) return this.refuse('a hole', node.start);
          if (element.type === 'SpreadElement') return this.refuse('a spread', element.start);
          return this.literal(element);
        });
      case 'ObjectExpression':
        return Object.fromEntries(
          this.properties(node).map(([key, value]) => [
            key,
            codeKeys.has(key) ? code : this.literal(value),
          ]),
        );
      default:
        return this.refuse(`a ${node.type}, which is no literal`, node.start);
    }
  }
}

const typeStatements = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration']);

interface Exported {
  /** Where the whole statement begins. */
  readonly start: number;
  readonly machine: VariableDeclarator;
}

/** The one `export const x = …` of a file; other statements may only import, or name types. */
function exported(reader: Reader, statements: readonly Statement[]): Exported {
  const found: Exported[] = [];
  for (const statement of statements) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    const { type = '' } = declaration ?? {};
    if (type === 'ImportDeclaration' || typeStatements.has(type)) continue;
    if (declaration?.type !== 'VariableDeclaration' || declaration === statement) {
      return reader.refuse('a statement beside the imports and the machine', statement.start);
    }
    found.push(...declaration.declarations.map((machine) => ({ start: statement.start, machine })));
  }
  const [only, second] = found;
  return only !== undefined && second === undefined ? only : reader.refuse('not one machine', 0);
}

/** The object literals given to `setup(…)` and to `.createMachine(…)`. */
function parts(reader: Reader, { init, start }: VariableDeclarator): ObjectExpression[] {
  if (init?.type !== 'CallExpression') return reader.refuse('no setup().createMachine()', start);
  const { callee, arguments: given } = init;
  if (
    callee.type !== 'MemberExpression' ||
    callee.property.type !== 'Identifier' ||
    callee.property.name !== 'createMachine' ||
    callee.object.type !== 'CallExpression' ||
    callee.object.callee.type !== 'Identifier' ||
    callee.object.callee.name !== 'setup'
  ) {
    return reader.refuse('no setup().createMachine()', start);
  }
  return [...callee.object.arguments, ...given].map((argument) =>
    argument.type === 'ObjectExpression'
      ? argument
      : reader.refuse('a configuration that is no object literal', argument.start),
  );
}

/** Reads the machine of `file`; throws at the first thing that is not literal. */
export function readMachine(file: string, source = readFileSync(file, 'utf8')): MachineReading {
  const { comments, errors, program } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const reader = new Reader(file, source);
  const { machine, start } = exported(reader, program.body);
  const [given, config, extra] = parts(reader, machine);
  if (given === undefined || config === undefined || extra !== undefined) {
    return reader.refuse('not one setup and one configuration', start);
  }
  const declared = reader.properties(given).map(([kind, value]): [string, string[]] => {
    if (kind === 'types') return [kind, []];
    if (value.type !== 'ObjectExpression') return reader.refuse(`no literal ${kind}`, value.start);
    return [kind, reader.properties(value).map(([name]) => name)];
  });
  const above = comments.find(({ end }) => end < start && source.slice(end, start).trim() === '');
  return {
    exportName: machine.id.type === 'Identifier' ? machine.id.name : '',
    description: (above?.value ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*\*+ ?/, '').trimEnd())
      .join('\n')
      .trim(),
    declared: Object.fromEntries(declared),
    config: reader.literal(config) as ReadObject,
  };
}
