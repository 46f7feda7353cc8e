import { z } from 'zod';
import { nameOfRequirement } from '../wire/condition.ts';
import type { DefinedPlugin, PluginTraits } from '../wire/plugin.ts';
import type { IndexEntry } from './plugin-index.ts';
import type { PluginProblem } from './problem.ts';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where a plugin's code came from. */
export interface PluginSource {
  readonly file: string;
  /** Changes when the file, or a file it imports, changes what it does. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly loadedAt: number;
}

/** All that a plugin says of itself, as plain data. */
export interface PluginDescription extends Omit<PluginTraits, 'module' | 'requires'> {
  readonly name: string;
  readonly description: string;
  readonly effect: DefinedPlugin['effect'];
  readonly runner: DefinedPlugin['runner'];
  readonly suspend: DefinedPlugin['suspend'];
  /** The names of the conditions that its tasks wait for; absent when there are none. */
  readonly requires?: readonly string[];
  /** Whether its work is a user's own actor. */
  readonly isActor: boolean;
  /** What may be submitted; `{}` takes anything. */
  readonly input: JsonSchema;
  /** What comes out; null when the plugin does not say. */
  readonly output: JsonSchema | null;
  /** Null for a plugin that was registered as an object. */
  readonly source: PluginSource | null;
  /** What is wrong with its file now; then the last version that could be loaded is in use. */
  readonly problems: readonly PluginProblem[];
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  try {
    const { $schema, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
    return schema;
  } catch {
    return {};
  }
}

/** Making a schema takes long enough to be done once; a plugin never changes. */
const schemas = new WeakMap<DefinedPlugin, { input: JsonSchema; output: JsonSchema | null }>();

function schemasOf(plugin: DefinedPlugin): { input: JsonSchema; output: JsonSchema | null } {
  const known = schemas.get(plugin);
  if (known !== undefined) return known;
  const made = {
    input: schemaOf(plugin.input, 'input'),
    output: plugin.output === null ? null : schemaOf(plugin.output, 'output'),
  };
  schemas.set(plugin, made);
  return made;
}

const traits = [
  'timeoutMs',
  'queueTimeoutMs',
  'deadlineMs',
  'heartbeatTimeoutMs',
  'teardownTimeoutMs',
  'graceMs',
  'retries',
  'resources',
  'reprocessIgnore',
  'implSchemas',
] as const satisfies readonly (keyof PluginTraits)[];

/** Describes a plugin for people, the command line and HTTP. */
export function describePlugin({ plugin, file }: IndexEntry): PluginDescription {
  const { name, effect, runner, suspend, description = '' } = plugin;
  const given = traits.filter((trait) => plugin[trait] !== undefined);
  const current = file?.current ?? null;
  return {
    name,
    description,
    effect,
    runner,
    suspend,
    ...Object.fromEntries(given.map((trait) => [trait, plugin[trait]])),
    ...(plugin.requires === undefined ? {} : { requires: plugin.requires.map(nameOfRequirement) }),
    isActor: plugin.logic !== null,
    ...schemasOf(plugin),
    source:
      file === null || current === null
        ? null
        : { file: file.file, version: current.version, loadedAt: current.loadedAt },
    problems: file?.problems ?? [],
  };
}
