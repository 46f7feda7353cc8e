import { z } from 'zod';

/*
 * Which parts of an input are secret. A schema says so of any part of itself, at any depth:
 * `z.string().meta({ secret: true })`.
 *
 * The input is looked at as it was given, before it is parsed, because that is how it is kept. Where
 * a schema with secrets in it does not let anybody say which part of such a value is one (it has
 * another shape, or code of the plugin's takes it apart first), all of the value is secret.
 */

export type Schema = z.core.$ZodType;

/** The keys from the root of an input to one of its parts; none for all of it. */
export type InputPath = readonly (string | number)[];

/** What people see in the place of a secret. */
export const secretWord = '[secret]';

/**
 * Marks a field of an input as secret: what `.meta({ secret: true })` does, keeping what was said
 * before.
 *
 * @example
 * ```ts
 * const input = z.object({ user: z.string(), password: secret(z.string()) });
 * ```
 */
export function secret<TSchema extends z.ZodType>(schema: TSchema): TSchema {
  return schema.meta({ ...schema.meta(), secret: true });
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSchema = (value: unknown): value is Schema =>
  isObject(value) && isObject(value['_zod']) && isObject(value['_zod']['def']);

/** A plugin's file may bring its own copy of zod, whose schemas know their own registry. */
function isMarked(schema: Schema): boolean {
  const meta: unknown =
    'meta' in schema && typeof schema.meta === 'function'
      ? schema.meta()
      : z.globalRegistry.get(schema);
  return isObject(meta) && Boolean(meta['secret']);
}

type Definition = z.core.$ZodTypes['_zod']['def'];

/** What a schema was made with. */
export function defOf(schema: Schema): Definition {
  const { _zod: inner } = schema as z.core.$ZodTypes;
  return inner.def;
}

/** The schemas that a schema is made of, whatever its kind. */
function partsOf(schema: Schema): readonly Schema[] {
  const def = defOf(schema);
  if (def.type === 'lazy') return [def.getter()];
  return Object.values(def).flatMap((value: unknown) => {
    if (isSchema(value)) return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).filter(isSchema) : [];
  });
}

function findsSecret(schema: Schema, seen: Set<Schema>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return isMarked(schema) || partsOf(schema).some((part) => findsSecret(part, seen));
}

/** Schemas do not change, and most have no secrets: they are looked through once. */
const known = new WeakMap<Schema, boolean>();

/** Whether a schema, or a part of it, is marked as secret. */
export function hasSecrets(schema: Schema): boolean {
  let has = known.get(schema);
  if (has === undefined) {
    has = findsSecret(schema, new Set());
    known.set(schema, has);
  }
  return has;
}

/** Schemas that stand in each other for one value; more are taken for a circle. */
const mostLayers = 100;

/** One search for the secrets of an input. */
class Search {
  readonly #found = new Map<string, InputPath>();

  /** The secret parts; none lies in another. */
  get paths(): readonly InputPath[] {
    const all = [...this.#found.values()];
    return all.filter(
      (path) => !all.some((other) => other.length < path.length && leadsTo(other, path)),
    );
  }

  visit(schema: Schema, value: unknown, path: InputPath, layers = 0): void {
    if (value === undefined || !hasSecrets(schema)) return;
    if (isMarked(schema) || layers > mostLayers) return this.#add(path);
    const def = defOf(schema);
    const again = (inner: Schema): void => this.visit(inner, value, path, layers + 1);
    switch (def.type) {
      case 'object':
        return this.#entries(value, path, (key) =>
          Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall,
        );
      case 'record':
        if (hasSecrets(def.keyType)) return this.#add(path);
        return this.#entries(value, path, () => def.valueType);
      case 'array':
        return this.#items(value, path, () => def.element);
      case 'tuple':
        return this.#items(value, path, (index) => def.items[index] ?? def.rest ?? undefined);
      case 'union':
        return fitting(def.options, value).forEach(again);
      case 'intersection':
        again(def.left);
        return again(def.right);
      case 'lazy':
        return again(def.getter());
      case 'pipe':
        // What comes out of the first part need not have the shape of what went in.
        return hasSecrets(def.out) ? this.#add(path) : again(def.in);
      case 'optional':
      case 'nullable':
      case 'default':
      case 'prefault':
      case 'nonoptional':
      case 'readonly':
      case 'catch':
        return again(def.innerType);
      default:
        return this.#add(path);
    }
  }

  #entries(value: unknown, path: InputPath, partOf: (key: string) => Schema | undefined): void {
    if (!isObject(value)) return this.#add(path);
    for (const [key, item] of Object.entries(value)) this.#part(partOf(key), item, [...path, key]);
  }

  #items(value: unknown, path: InputPath, partOf: (index: number) => Schema | undefined): void {
    if (!Array.isArray(value)) return this.#add(path);
    for (const [index, item] of value.entries()) this.#part(partOf(index), item, [...path, index]);
  }

  #part(schema: Schema | undefined, value: unknown, path: InputPath): void {
    if (schema !== undefined) this.visit(schema, value, path);
  }

  #add(path: InputPath): void {
    this.#found.set(JSON.stringify(path), path);
  }
}

const accepts = (schema: Schema, value: unknown): boolean => {
  try {
    return z.safeParse(schema, value).success;
  } catch {
    return true;
  }
};

/** The options of a union that may be meant: those that take the value; all of them if none does. */
export function fitting(options: readonly Schema[], value: unknown): readonly Schema[] {
  const taking = options.filter((option) => accepts(option, value));
  return taking.length === 0 ? options : taking;
}

/** Whether one path is the other, or leads there. */
export const leadsTo = (path: readonly PropertyKey[], other: readonly PropertyKey[]): boolean =>
  path.length <= other.length && path.every((key, index) => key === other[index]);

/** Where an input holds secrets; no path leads into another. */
export function secretPaths(schema: Schema, input: unknown): readonly InputPath[] {
  const search = new Search();
  search.visit(schema, input, []);
  return search.paths;
}

/** The part of a value at a path; undefined where there is none. */
export function partAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, key)
        ? (part as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    value,
  );
}

/** A copy of a value with the parts at these paths replaced. */
export function replaceParts(
  value: unknown,
  paths: readonly InputPath[],
  replace: (part: unknown, path: InputPath) => unknown,
): unknown {
  const replaceIn = (part: unknown, path: InputPath): unknown => {
    const leading = paths.filter((other) => leadsTo(path, other));
    if (leading.length === 0) return part;
    if (leading.some(({ length }) => length === path.length)) return replace(part, path);
    if (Array.isArray(part)) return part.map((item, index) => replaceIn(item, [...path, index]));
    return isObject(part)
      ? Object.fromEntries(
          Object.entries(part).map(([key, item]) => [key, replaceIn(item, [...path, key])]),
        )
      : part;
  };
  return replaceIn(value, []);
}

/** An input as people may see it: a word in the place of each secret. */
export function redact(schema: Schema, input: unknown): unknown {
  return hasSecrets(schema)
    ? replaceParts(input, secretPaths(schema, input), () => secretWord)
    : input;
}

/** The secrets themselves. */
export function secretsOf(schema: Schema, input: unknown): readonly unknown[] {
  return secretPaths(schema, input).map((path) => partAt(input, path));
}
