import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { action, definePlugin, noop, parallel, sequential, task } from '../../src/index.ts';
import type { Effect, Engine, Job } from '../../src/index.ts';

/**
 * Jobs whose engine is killed under them. What their steps do outside the engine is a line in a file,
 * written at once: that file is what a test believes, whatever the store says.
 */

const log = 'calls.log';

const forEver = (): Promise<never> => new Promise(() => {});

/** The lines that steps have written, in their order. */
export function callsOf(directory: string): readonly string[] {
  const path = join(directory, log);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Registers what the scenes name; a step named `…hangs` ends only where `ends` is true. */
export function registerScenes(engine: Engine, directory: string, ends: boolean): void {
  const call = async (name: string): Promise<string> => {
    appendFileSync(join(directory, log), `${name}\n`);
    return name.endsWith('hangs') && !ends ? forEver() : name;
  };
  const effects: readonly Effect[] = ['idempotent', 'resumable', 'unsafe'];
  for (const effect of effects) {
    engine.actions.register(`${effect}.action`, ({ args }) => call(String(args)), { effect });
    engine.plugins.register(
      definePlugin({
        name: `${effect}.task`,
        effect,
        process: async ({ input, signal }) => {
          const name = await Promise.race([
            call(String(input)),
            new Promise<never>((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
            }),
          ]);
          return name;
        },
      }),
    );
  }
}

const named = (effect: Effect, name: string): Job => action(`${effect}.action`, name);
const work = (effect: Effect, name: string): Job => task(`${effect}.task`, name);

/** Jobs by the name of their scene. */
export const scenes = {
  'in an idempotent action': () =>
    sequential([
      named('unsafe', 'first'),
      parallel([work('unsafe', 'second'), named('idempotent', 'third hangs')]),
      named('unsafe', 'last'),
    ]),
  'in an unsafe action': () =>
    sequential([
      named('idempotent', 'first'),
      named('unsafe', 'second hangs'),
      named('idempotent', 'last'),
    ]),
  'in tasks': () =>
    sequential([
      parallel([work('idempotent', 'first hangs'), work('unsafe', 'second'), noop()]),
      work('idempotent', 'last'),
    ]),
  'in an unsafe task': () => sequential([work('unsafe', 'first hangs'), work('unsafe', 'last')]),
  'before an action without a name': () =>
    sequential([
      work('idempotent', 'first hangs'),
      action(() => 'never'),
      named('idempotent', 'last'),
    ]),
} as const;

/** The name of a scene. */
export type JobScene = keyof typeof scenes;
