/**
 * The rooms of the house, bottom to top. A room imports rooms on lower floors and nothing beside or
 * above it; type imports count. `docs/reference/architecture.md` shows this table to readers, and
 * `.oxlintrc.json` says the same to the linter: a test compares both with it.
 */
export interface Room {
  readonly floor: number;
  readonly name: string;
  /** The npm packages it may import; Node's own modules are free from floor 2 on. */
  readonly packages: readonly string[];
  /** The npm packages of which it may import types. */
  readonly typesOf: readonly string[];
}

/** What actors, streams and schemas are called in every signature. */
const vocabulary = ['rxjs', 'xstate', 'zod'];

const room = (
  floor: number,
  name: string,
  packages: readonly string[] = [],
  typesOf: readonly string[] = vocabulary,
): Room => ({ floor, name, packages, typesOf });

export const rooms: readonly Room[] = [
  room(0, 'src/kernel', [], ['rxjs']),
  room(1, 'machines', ['xstate'], []),
  room(1, 'src/wire', ['lru-cache', 'zod']),
  room(2, 'src/store', ['libsql']),
  room(2, 'src/streams', ['rxjs']),
  room(2, 'src/devices', ['rxjs', 'xstate']),
  room(2, 'src/plugin-host', ['chokidar', 'esbuild', 'zod']),
  room(3, 'src/runners', ['execa', 'piscina', 'xstate']),
  room(4, 'src/actors', ['rxjs', 'xstate']),
  room(5, 'src/supervisor', ['xstate']),
  room(6, 'src/engine', ['pino', 'rxjs', 'tinyqueue', 'xstate']),
  room(7, 'src/inspect', ['rxjs', 'xstate']),
  room(7, 'src/workflow', ['nunjucks', 'yaml', 'zod']),
  room(7, 'src/cluster', ['bullmq']),
  room(8, 'src/server', ['fastify', 'prom-client', 'rxjs', 'zod']),
  room(8, 'src/client', ['rxjs', 'zod']),
  room(9, 'src/cli', ['cli-progress', 'cli-table3', 'commander', 'rxjs']),
  room(9, 'src/dashboard', ['react', 'vite']),
];

/** Rooms that may import a module whose name is known only at run time: users' plugins. */
export const roomsThatLoadPlugins: readonly string[] = ['src/plugin-host', 'src/runners'];

/** The public doors: named re-exports of any room, imported by none. */
export const isDoor = (path: string): boolean => /^src\/[^/]+\.ts$/.test(path);

/** The one door that plugins come in by. */
export const pluginDoor = 'src/plugin.ts';

/** Where plugins live: one file or one folder each. */
export const pluginsRoom = 'plugins';

export const roomOf = (path: string): Room | undefined =>
  rooms.find(({ name }) => path.startsWith(`${name}/`));

/** Whether `from` may import `to`. */
export const mayImport = (from: Room, to: Room): boolean =>
  from.name === to.name || to.floor < from.floor;

/** A regular expression that matches the relative path to any of `names`, from any depth. */
const pathTo = (names: readonly string[]): string => {
  const inSource = names.flatMap((name) => /^src\/(.+)$/.exec(name)?.[1] ?? []);
  const besideSource = names.filter((name) => !name.startsWith('src/'));
  const alternatives = [
    ...(inSource.length > 0 ? [`(?:src/)?(?:${inSource.join('|')})`] : []),
    ...besideSource,
  ];
  return `^(?:\\.\\./)+(?:${alternatives.join('|')})/`;
};

const allPackages = [...new Set(rooms.flatMap(({ packages }) => packages))].toSorted();

const packagesExcept = (allowed: readonly string[]): string =>
  `^(?:${allPackages.filter((name) => !allowed.includes(name)).join('|')})(?:/|$)`;

interface LintOverride {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

const onlyTypesOf = (names: readonly string[]): readonly object[] =>
  names.length === 0
    ? []
    : [
        {
          regex: `^(?:${names.join('|')})(?:/|$)`,
          allowTypeImports: true,
          message: 'Only types of this package are imported here.',
        },
      ];

/** What `.oxlintrc.json` has to say so that the linter draws the same lines. */
export function lintOverrides(): LintOverride[] {
  return [
    ...rooms.map((from) => {
      const closed = rooms.filter((to) => !mayImport(from, to)).map(({ name }) => name);
      return {
        files: [`${from.name}/**`],
        rules: {
          'no-restricted-imports': [
            'error',
            {
              patterns: [
                {
                  regex: pathTo([...closed, pluginsRoom]),
                  message: `${from.name} is on floor ${from.floor} and imports lower floors only.`,
                },
                {
                  regex: packagesExcept([...from.packages, ...from.typesOf]),
                  message: `${from.name} does not use this package.`,
                },
                ...onlyTypesOf(from.typesOf.filter((name) => !from.packages.includes(name))),
              ],
            },
          ],
        },
      };
    }),
    {
      files: [`${pluginsRoom}/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: pathTo(rooms.map(({ name }) => name)),
                message: `Plugins import ${pluginDoor} and nothing behind it.`,
              },
            ],
          },
        ],
      },
    },
  ];
}
