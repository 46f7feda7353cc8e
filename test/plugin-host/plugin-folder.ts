import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder of plugin files, far from this project and its packages. */
export interface PluginFolder extends Disposable {
  readonly path: string;
  /** Writes a file, its folders too, and gives its path. */
  write(name: string, text: string): string;
  remove(name: string): void;
}

export function pluginFolder(files: Readonly<Record<string, string>> = {}): PluginFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'plugin-folder-')));
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    path,
    write,
    remove: (name) => rmSync(join(path, name), { recursive: true }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The text of a plugin file with one plugin that returns `result`, an expression. */
export const pluginText = (name: string, result: string, before = ''): string => `${before}
import { definePlugin } from 'runstate/plugin';
export const plugin = definePlugin({
  name: '${name}',
  effect: 'idempotent',
  process: () => ({ result: ${result} }),
});
`;
