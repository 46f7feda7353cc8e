import { existsSync, readdirSync } from 'node:fs';

/** Every file below `folders` whose path matches, sorted, with `/` between names. */
export function filesUnder(folders: readonly string[], pattern: RegExp): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => pattern.test(path) && !path.includes('/node_modules/'))
    .toSorted();
}
