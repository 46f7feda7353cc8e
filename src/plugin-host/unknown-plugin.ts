import { RunstateError } from '../kernel/errors.ts';
import { closeNames } from './close-names.ts';
import { moduleOf } from './exported-plugins.ts';
import type { PluginFile } from './plugin-file.ts';
import type { IndexEntry } from './plugin-index.ts';

const mostListed = 10;

function hint(name: string, known: readonly string[], files: readonly PluginFile[]): string {
  const wanted = moduleOf(name).toLowerCase();
  const broken = files.find(
    ({ moduleName, problems }) => moduleName.toLowerCase() === wanted && problems.length > 0,
  );
  if (broken !== undefined) return ` Its file cannot be loaded: ${broken.problems[0]?.text}`;
  const close = closeNames(name, known);
  if (close.length > 0) return ` Did you mean ${close.map((it) => `"${it}"`).join(' or ')}?`;
  if (known.length === 0) return ' No plugin is loaded.';
  const shown = known.slice(0, mostListed).join(', ');
  return ` There are: ${shown}${known.length > mostListed ? ', …' : '.'}`;
}

/** The error for a name that no plugin has, with what the caller may have meant. */
export function unknownPlugin(
  name: string,
  entries: readonly IndexEntry[],
  files: readonly PluginFile[],
): RunstateError {
  const known = entries.map(({ plugin }) => plugin.name).toSorted();
  return new RunstateError('PLUGIN_UNKNOWN', [name, hint(name, known, files)]);
}
