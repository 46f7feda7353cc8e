import { defOf, fitting, isObject } from './secret-fields.ts';
import type { InputPath, Schema } from './secret-fields.ts';

/** A field that a schema does not name. */
export interface UnknownKey {
  readonly path: InputPath;
  readonly value: unknown;
}

type Found = ReadonlyMap<string, UnknownKey>;

const none: Found = new Map();

/** Schemas that stand in each other for one value; more are taken for a circle. */
const mostLayers = 100;

/**
 * The fields of a value that a schema made of `z.object` does not name, at any depth. What a transform
 * takes is looked at as it was given. An object that says itself what becomes of other fields, such as
 * `z.looseObject`, has none.
 */
export const unknownKeys = (schema: Schema, value: unknown): readonly UnknownKey[] => [
  ...visit(schema, value, [], 0).values(),
];

function visit(schema: Schema, value: unknown, path: InputPath, layers: number): Found {
  if (layers > mostLayers) return none;
  const def = defOf(schema);
  const again = (inner: Schema): Found => visit(inner, value, path, layers + 1);
  switch (def.type) {
    case 'object':
      return merged(
        entriesOf(value).map(([key, item]) => {
          const part = Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
          const at = [...path, key];
          return part === undefined
            ? new Map([[JSON.stringify(at), { path: at, value: item }]])
            : visit(part, item, at, 0);
        }),
      );
    case 'record':
      return merged(
        entriesOf(value).map(([key, item]) => visit(def.valueType, item, [...path, key], 0)),
      );
    case 'array':
      return merged(
        itemsOf(value).map((item, index) => visit(def.element, item, [...path, index], 0)),
      );
    case 'tuple':
      return merged(
        itemsOf(value).map((item, index) => {
          const part = def.items[index] ?? def.rest;
          return part === null ? none : visit(part, item, [...path, index], 0);
        }),
      );
    case 'union':
      return common(fitting(def.options, value).map(again));
    case 'intersection':
      return common([again(def.left), again(def.right)]);
    case 'lazy':
      return again(def.getter());
    case 'pipe':
      return again(def.in);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return again(def.innerType);
    default:
      return none;
  }
}

const entriesOf = (value: unknown): readonly [string, unknown][] =>
  isObject(value) ? Object.entries(value) : [];

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const merged = (parts: readonly Found[]): Found => new Map(parts.flatMap((part) => [...part]));

/** What none of several schemas for one value names. */
const common = ([first = none, ...others]: readonly Found[]): Found =>
  new Map([...first].filter(([key]) => others.every((other) => other.has(key))));

/** Puts fields that a schema left out back where they stood, if that place is still there. */
export function putBack(target: unknown, keys: readonly UnknownKey[]): void {
  for (const { path, value } of keys) {
    const place = path.slice(0, -1).reduce<unknown>(partOf, target);
    const key = path.at(-1);
    if (isObject(place) && key !== undefined && !Object.hasOwn(place, key)) {
      Object.assign(place, { [key]: value });
    }
  }
}

const partOf = (part: unknown, key: string | number): unknown =>
  typeof part === 'object' && part !== null && Object.hasOwn(part, key)
    ? (part as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
