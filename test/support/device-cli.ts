import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { ServeDevices } from '../../src/cli/device/device-doors.ts';
import { runCli } from '../../src/cli/program.ts';
import type { CliProcess } from '../../src/cli/terminal.ts';
import type { DeviceProxy } from '../../src/kernel/device-proxy.ts';

/** What a command printed, and what it would have exited with. */
export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs in this process. */
export interface RunningCli {
  readonly ended: Promise<CliOutcome>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The code it left at once with; null when it did not. */
  readonly leftWith: () => number | null;
  signal(name: 'SIGINT' | 'SIGTERM'): void;
}

interface CliSurroundings {
  readonly input?: string;
  /** A terminal of this width; none without it. */
  readonly columns?: number;
  readonly serve?: ServeDevices | null;
}

const recorded = (columns: number | undefined) => {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const facts = { isTTY: columns !== undefined, columns };
  return {
    stream: Object.assign(stream, facts) as unknown as NodeJS.WriteStream,
    text: () => text,
  };
};

/** Starts `runstate device …` in this process, with `device` behind every address. */
export function startDeviceCli(
  args: readonly string[],
  device: DeviceProxy,
  { input = '', columns, serve = null }: CliSurroundings = {},
): RunningCli {
  const signals = new EventEmitter();
  const stdout = recorded(columns);
  const stderr = recorded(undefined);
  let leftWith: number | null = null;
  const surroundings = {
    stdin: Readable.from([input]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
    on: signals.on.bind(signals),
    off: signals.off.bind(signals),
    exit: (code: number) => (leftWith = code),
  };
  const ended = runCli(['device', ...args], surroundings as unknown as CliProcess, {
    open: () => device,
    serve,
  }).then((exitCode) => ({ exitCode, stdout: stdout.text(), stderr: stderr.text() }));
  return {
    ended,
    stdout: stdout.text,
    stderr: stderr.text,
    leftWith: () => leftWith,
    signal: (name) => void signals.emit(name),
  };
}

/** Runs it to its end. */
export const runDeviceCli = (...given: Parameters<typeof startDeviceCli>): Promise<CliOutcome> =>
  startDeviceCli(...given).ended;
