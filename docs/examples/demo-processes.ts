import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DemoSettings, EngineNews } from './demo-words.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The instrument's own process, and where its devices are. */
export interface Instrument {
  readonly addresses: DemoSettings['addresses'];
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts the devices in a process of their own: they outlive every engine. */
export async function startInstrument(): Promise<Instrument> {
  const child = spawn(
    process.execPath,
    [pathOf('../../dist/src/cli/main.js'), 'device', 'serve', pathOf('instrument.ts'), '--json'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the instrument did not start'))),
  ])) as [string];
  const { devices } = JSON.parse(line) as { devices: { name: string; address: string }[] };
  return {
    addresses: Object.fromEntries(
      devices.map(({ name, address }) => [name, address]),
    ) as unknown as DemoSettings['addresses'],
    pid: child.pid,
    stop: () => end(child, 'SIGTERM'),
  };
}

/** An engine in a process of its own. */
export interface EngineProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  /** As `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts an engine; called again with the same settings it goes on where the one before was. */
export function startEngine(
  settings: DemoSettings,
  hear: (news: EngineNews) => void,
): EngineProcess {
  const child = fork(pathOf('demo-engine.ts'), [JSON.stringify(settings)], {
    execArgv: process.execArgv,
  });
  child.on('message', (news) => hear(news as EngineNews));
  return { child, ended: once(child, 'exit'), kill: () => end(child, 'SIGKILL') };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
