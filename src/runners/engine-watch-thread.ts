import { workerData } from 'node:worker_threads';
import { signalGroup } from './process-group.ts';

/*
 * The thread of a child process that waits for the engine's end: the child has another parent then.
 * The child's main thread acts on its closed channel first, if it can; see `process-child.ts`.
 */

/** How often it looks, in milliseconds. */
const periodMs = 250;

/** How long the main thread may take, in milliseconds: somewhat more than it gives the attempt. */
const graceMs = 1_500;

const cell = new Int32Array(new SharedArrayBuffer(4));
const waitFor = (ms: number): void => void Atomics.wait(cell, 0, 0, ms);

while (process.ppid === workerData) waitFor(periodMs);
waitFor(graceMs);
signalGroup(process.pid, 'SIGKILL');
