import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { createEngine, sqliteStore } from '../../src/index.ts';
import type { Engine, EngineOptions, TaskEvent, TaskHandle } from '../../src/index.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { recordingLogger } from './recording-logger.ts';

const program = 'test/fixtures/durable-host/host.ts';

/** What an engine that was killed left behind. */
export interface CrashSite {
  readonly directory: string;
  /** What its host printed before it was ready to be killed. */
  readonly lines: readonly string[];
}

/** Runs a scene in a process of its own and kills it with SIGKILL when it stands. */
export async function crashScene(scene: string): Promise<CrashSite> {
  const directory = await mkdtemp(join(tmpdir(), 'runstate-durable-'));
  const host = execa(
    process.execPath,
    ['--import', 'tsx', program, join(directory, 'runs.db'), scene],
    { reject: false },
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: host.stdout })) {
    if (line === 'ready') break;
    lines.push(line);
  }
  host.kill('SIGKILL');
  const { stderr } = await host;
  expect(stderr).toBe('');
  return { directory, lines };
}

/** A folder of the test's own; with what a crash left, if that is given. */
export async function folderOf(site?: CrashSite): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runstate-durable-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (site !== undefined) await cp(site.directory, folder, { recursive: true });
  return folder;
}

/** An engine on a store in a folder, and what it told since before its start. */
export interface DurableEngine {
  readonly engine: Engine;
  readonly clock: SimulatedClock;
  readonly events: readonly TaskEvent[];
  readonly handleOf: (name: string) => Promise<TaskHandle>;
  /** Closes it, whatever time that takes. */
  close(graceMs?: number): Promise<void>;
}

/** Time of the test's own, from the present moment on: crashed engines had the true time. */
export async function startDurable(
  folder: string,
  {
    prepare,
    ...options
  }: EngineOptions & {
    /** Called before it is started. */
    readonly prepare?: (engine: Engine) => void;
  } = {},
): Promise<DurableEngine> {
  const clock = simulatedClock({ now: Date.now() });
  const store = sqliteStore(join(folder, 'runs.db'));
  const engine = createEngine({ store, clock, logger: recordingLogger(), ...options });
  const events: TaskEvent[] = [];
  engine.events$.subscribe((event) => events.push(event));
  const close = async (graceMs = 1): Promise<void> => {
    const closing = engine.close({ graceMs });
    closing.catch(() => {});
    while (engine.state !== 'stopped') {
      await clock.advance(20_000);
      // A commit takes real time.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await closing;
  };
  onTestFinished(() => close());
  prepare?.(engine);
  await engine.start();
  return {
    engine,
    clock,
    events,
    close,
    async handleOf(name) {
      const handle = (await engine.tasks.list()).find((each) => each.name === name);
      return handle ?? expect.fail(`there is no task ${name}`);
    },
  };
}
