import { Socket } from 'node:net';
import { RunstateError } from '../kernel/errors.ts';
import { CapturedOutput } from './captured-output.ts';
import type { FromPlace, ToPlace } from './channel.ts';
import { encodeFrame, FrameReader } from './channel-frames.ts';
import { watchEngine } from './engine-watch.ts';
import { toThrownData } from './error-data.ts';
import { signalGroup } from './process-group.ts';
import { placeMark, placeVariable, readProcess } from './process-table.ts';
import { RemoteAttempt } from './remote-attempt.ts';

/*
 * The program of a child process: one attempt, told and reported over descriptor 3, then the end.
 *
 * When the channel closes before that, the engine is gone, and nobody is left to end this child. It
 * aborts the attempt and sends its group SIGTERM, and ends the group, itself with it, a moment later.
 * Code that never lets the event loop run cannot be reached that way: a thread watches for that.
 */
process.setSourceMapsEnabled(true);
const enginePid = Number(process.argv.pop());
const self = process.platform === 'linux' ? readProcess(process.pid) : null;
if (self !== null) process.env[placeVariable] = placeMark(self);

/** How long an attempt may take to stop when the engine is gone, in milliseconds. */
const orphanGraceMs = 1_000;

const ignore = (): void => {};
const exit = process.exit.bind(process);
const channel = new Socket({ fd: 3, readable: true, writable: true });
const reader = new FrameReader();
const send = (message: FromPlace): void => void channel.write(encodeFrame(message));
const attempt = new RemoteAttempt(send, new CapturedOutput());
let hasBegun = false;

function endAsOrphan(): void {
  if (!hasBegun) return exit(0);
  process.on('SIGTERM', ignore);
  const message = 'The engine that this task belongs to has ended.';
  attempt.abort(new RunstateError('ENGINE_CLOSED', [], { message }));
  signalGroup(process.pid, 'SIGTERM');
  setTimeout(() => signalGroup(process.pid, 'SIGKILL'), orphanGraceMs);
}

channel.on('data', (chunk) => {
  for (const message of reader.push(chunk).messages) attempt.receive(message as ToPlace);
  // As soon as there is an attempt, and not before its plugin begins to load.
  if (!hasBegun) watchEngine(enginePid);
  hasBegun = true;
});
channel.on('error', ignore);
channel.once('close', endAsOrphan);
// With the engine gone, what is printed meets a broken pipe.
process.stdout.on('error', ignore);
process.stderr.on('error', ignore);
process.on('uncaughtExceptionMonitor', (error) => {
  send({ type: 'crashed', error: toThrownData(error) });
});
void attempt.over.then(() => exit(0));
