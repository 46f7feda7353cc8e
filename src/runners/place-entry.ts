import { createRequire } from 'node:module';
import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';

/**
 * The compiled file that a worker or child begins with. It is looked for through the package's own
 * name for it (`imports` of package.json), so that a host that runs from source finds it too: not
 * every Node that runstate supports can start a thread in TypeScript.
 *
 * @throws {@link RunstateError} `RUNNER_UNAVAILABLE` when the package was not built
 */
export function resolvePlaceEntry(runner: string, name: string): string {
  try {
    return createRequire(import.meta.url).resolve(`#runners/${name}`);
  } catch (cause) {
    const problem = `${name}.js is not there. Build the package first: npm run build`;
    throw new RunstateError('RUNNER_UNAVAILABLE', [runner, problem], { cause });
  }
}

/** Why no place could be made, as an error of the runner's. */
export function noPlace(runner: string, cause: unknown): Error {
  if (cause instanceof RunstateError) return cause;
  return new RunstateError('RUNNER_UNAVAILABLE', [runner, messageOf(cause)], { cause });
}
