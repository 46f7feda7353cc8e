#!/usr/bin/env node
import { deviceDoors } from './device/open-address.ts';
import { runCli } from './program.ts';

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()));

// Errors of plugins that were compiled name the author's own file and line.
process.setSourceMapsEnabled(true);

// A reader that has seen enough, such as `head`, is no error: the work goes on, unheard.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const exitCode = await runCli(process.argv.slice(2), process, deviceDoors);
await Promise.all([written(process.stdout), written(process.stderr)]);
// Not left to the event loop: code that ignored its signal may keep that going for ever.
process.exit(exitCode);
