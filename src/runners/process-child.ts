import { Socket } from 'node:net';
import { CapturedOutput } from './captured-output.ts';
import type { FromPlace, ToPlace } from './channel.ts';
import { encodeFrame, FrameReader } from './channel-frames.ts';
import { toThrownData } from './error-data.ts';
import { signalGroup } from './process-group.ts';
import { RemoteAttempt } from './remote-attempt.ts';

/*
 * The program of a child process: one attempt, told and reported over descriptor 3, then the end.
 *
 * When the channel closes before that, the engine is gone, and nobody is left to end this child. It
 * aborts the attempt and sends its group SIGTERM, and ends the group, itself with it, a moment later.
 * Code that never lets the event loop run cannot be reached that way.
 */
process.setSourceMapsEnabled(true);

/** How long an attempt may take to stop when the engine is gone, in milliseconds. */
const orphanGraceMs = 1_000;

const ignore = (): void => {};
const exit = process.exit.bind(process);
const channel = new Socket({ fd: 3, readable: true, writable: true });
const reader = new FrameReader();
const send = (message: FromPlace): void => void channel.write(encodeFrame(message));
const attempt = new RemoteAttempt(send, new CapturedOutput());

function endAsOrphan(): void {
  process.on('SIGTERM', ignore);
  attempt.abort(new Error('The engine that this task belongs to has ended.'));
  signalGroup(process.pid, 'SIGTERM');
  setTimeout(() => signalGroup(process.pid, 'SIGKILL'), orphanGraceMs);
}

channel.on('data', (chunk) => {
  for (const message of reader.push(chunk).messages) attempt.receive(message as ToPlace);
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
