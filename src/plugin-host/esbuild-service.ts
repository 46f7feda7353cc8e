import type { BuildFailure, BuildOptions, BuildResult } from 'esbuild';

/**
 * esbuild keeps a child process for its builds. It is started by the first build, shared by all
 * plugin hosts of this process, and ended with the last of them.
 */
let hosts = 0;
let esbuild: Promise<typeof import('esbuild')> | null = null;
let restarts = 0;

/** Whether `build` refused a file, rather than failing itself. */
export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** Keeps esbuild available until the returned function is called. */
export function useEsbuild(): () => Promise<void> {
  hosts += 1;
  let isInUse = true;
  return async () => {
    if (!isInUse) return;
    isInUse = false;
    hosts -= 1;
    if (hosts === 0 && esbuild !== null) await (await esbuild).stop();
  };
}

/** Builds once more when esbuild's process is gone: a Ctrl-C reaches it, too. */
export async function runEsbuild<const T extends BuildOptions>(
  options: T,
): Promise<BuildResult<T>> {
  esbuild ??= import('esbuild');
  const { build, stop } = await esbuild;
  const restartsBefore = restarts;
  try {
    return await build<T>(options as never);
  } catch (error) {
    if (isBuildFailure(error)) throw error;
    // Of the builds that were under way, the first one to notice clears the way.
    if (restarts === restartsBefore) {
      restarts += 1;
      await stop();
    }
    return build<T>(options as never);
  }
}
