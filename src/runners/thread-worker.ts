import type { MessagePort } from 'node:worker_threads';
import type { FromPlace, ToPlace } from './channel.ts';
import { CapturedOutput } from './captured-output.ts';
import { RemoteAttempt } from './remote-attempt.ts';

/*
 * The side of the thread runner that runs in a worker thread. Importing it takes the thread over:
 * what is printed there becomes log lines, and stacks name a plugin's own source.
 */
process.setSourceMapsEnabled(true);
const output = new CapturedOutput();

/** Runs one attempt to its end; the thread is free for the next one after it. */
export async function runAttempt({ port }: { readonly port: MessagePort }): Promise<void> {
  const attempt = new RemoteAttempt((message: FromPlace) => port.postMessage(message), output);
  port.on('message', (message: ToPlace) => attempt.receive(message));
  await attempt.over;
  port.close();
}
