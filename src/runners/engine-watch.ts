import { Worker } from 'node:worker_threads';

/**
 * Ends this child's process group when the engine that started it is gone, also while its code never
 * lets the event loop run: a thread of its own watches. A signal on the parent's death, which would
 * do without a thread, cannot be asked for from Node.
 *
 * It costs the child some two milliseconds here, and memory of some ten megabytes.
 */
export function watchEngine(enginePid: number): void {
  const thread = new Worker(new URL('./engine-watch-thread.js', import.meta.url), {
    workerData: enginePid,
    // Nothing that was to be loaded into the child belongs in there.
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  // Without the thread a child still notices that its channel has closed, when its event loop runs.
  thread.on('error', () => {});
  thread.unref();
}
