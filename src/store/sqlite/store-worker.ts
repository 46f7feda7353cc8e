import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { loadLibsql } from './connection.ts';
import { DatabaseWriter } from './database-writer.ts';
import { failureOf, isBeyondUse } from './failure.ts';
import type { Failure } from './failure.ts';
import { openDatabase } from './open-database.ts';
import type { Asked, Sweep, Told, WorkerOptions } from './messages.ts';

/*
 * The thread that writes: the engine's own thread never waits for a disk. Whatever is asked comes one
 * after the other; old tasks are dropped between.
 */
const port = parentPort;
const options = workerData as WorkerOptions;

const tell = (told: Told): void => port?.postMessage(told);

function answer(writer: DatabaseWriter, { id, request }: Asked): void {
  switch (request.kind) {
    case 'commit':
      writer.commit(request.batch, request.nowMs);
      return tell({ kind: 'done', id });
    case 'statistics':
      return tell({ kind: 'done', id, statistics: writer.statistics() });
    case 'close':
      writer.close();
      tell({ kind: 'done', id });
      port?.close();
  }
}

function serve(writer: DatabaseWriter): void {
  let failures = 0;
  let last: Failure | null = null;
  const fail = (id: number, failure: Failure): void => {
    failures += 1;
    last = failure;
    tell({ kind: 'failed', id, failure });
  };
  port?.on('message', (message: Asked | Sweep) => {
    if (message.id === null) return writer.sweep(message.nowMs);
    // Who asked did not know that what comes before it has failed: its rows must not come first.
    if (message.request.kind === 'commit' && last !== null && message.failures < failures) {
      return fail(message.id, last);
    }
    try {
      answer(writer, message);
    } catch (error) {
      // The thread ends, and with it the store: what it would write now may damage more.
      if (isBeyondUse(error)) throw error;
      fail(message.id, failureOf(error, 'STORE_WRITE_FAILED', options.path));
    }
  });
}

/** Whether a log lies beside the file: a close leaves none, or an empty one. */
const hasLog = (): boolean =>
  (statSync(`${options.path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

try {
  const wasKilled = hasLog();
  const connection = openDatabase(await loadLibsql(), options);
  const writer = new DatabaseWriter(connection, options, tell);
  if (wasKilled) writer.completeEnds();
  serve(writer);
  tell({ kind: 'opened', ...writer.opened(options.firstId) });
  writer.sweep(options.nowMs);
} catch (error) {
  tell({ kind: 'refused', failure: failureOf(error, 'STORE_UNREADABLE', options.path) });
}
