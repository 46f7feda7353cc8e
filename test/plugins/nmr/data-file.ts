import { fileURLToPath } from 'node:url';

/** The path of a recorded file that comes with the plugin. */
export function dataFile(name: 'rutin-1h-dmso' | 'rutin-13c-dmso' | 'fluorine'): string {
  return fileURLToPath(new URL(`../../../plugins/nmr/data/${name}.jdf`, import.meta.url));
}
