#!/usr/bin/env node
import { runCli } from './program.ts';

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()));

const exitCode = await runCli(process.argv.slice(2), process);
await Promise.all([written(process.stdout), written(process.stderr)]);
// Not left to the event loop: code that ignored its signal may keep that going for ever.
process.exit(exitCode);
