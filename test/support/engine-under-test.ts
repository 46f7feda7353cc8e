import { expect } from 'vitest';
import { createEngine, definePlugin } from '../../src/index.ts';
import type {
  DefinedPlugin,
  Engine,
  EngineOptions,
  PluginContext,
  PluginTraits,
  TaskEvent,
  TaskHandle,
} from '../../src/index.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { recordingLogger } from './recording-logger.ts';
import type { LoggedLine } from './recording-logger.ts';

/** A running engine on a clock that stands still, and what it logged. */
export interface EngineUnderTest {
  readonly engine: Engine;
  readonly clock: SimulatedClock;
  readonly lines: readonly LoggedLine[];
  /** Lets everything that needs no time come to rest. */
  rest(): Promise<void>;
  /** Closes it, whatever time that takes; a timer that is left over fails the test. */
  shut(): Promise<void>;
}

const opened = new Set<EngineUnderTest>();

/** Makes an engine that a test closes by `closeEngines`; it is not started yet. */
export function makeEngine(options: EngineOptions = {}): EngineUnderTest {
  const clock = simulatedClock({ now: 1_000_000 });
  const logger = recordingLogger();
  const engine = createEngine({ clock, logger, ...options });
  const made: EngineUnderTest = {
    engine,
    clock,
    lines: logger.lines,
    rest: () => clock.advance(0),
    async shut() {
      opened.delete(made);
      const closing = engine.close({ graceMs: 1 });
      for (let step = 0; engine.state !== 'stopped' && step < 100; step += 1) {
        await clock.advance(20_000);
      }
      await closing;
      expect(clock.pending).toBe(0);
    },
  };
  opened.add(made);
  return made;
}

/** Makes an engine and starts it. */
export async function startEngine(options: EngineOptions = {}): Promise<EngineUnderTest> {
  const made = makeEngine(options);
  await made.engine.start();
  return made;
}

/** Closes all engines of a test; for `afterEach`. */
export async function closeEngines(): Promise<void> {
  for (const made of opened) await made.shut();
}

type Step = (context: PluginContext<unknown, unknown>) => unknown;

/** The code of a plugin for one test; without `process` it does nothing. */
export interface TestCode {
  readonly setup?: Step;
  readonly process?: Step;
  readonly teardown?: Step;
  readonly abort?: Step;
}

/** An idempotent plugin that takes and gives anything. */
export function pluginOf(
  { setup, process, teardown, abort }: TestCode,
  traits: PluginTraits & { readonly name?: string } = {},
): DefinedPlugin {
  return definePlugin<unknown, never, unknown>({
    name: 'test.work',
    effect: 'idempotent',
    ...traits,
    ...(setup === undefined ? {} : { setup }),
    process: process ?? (() => null),
    ...(teardown === undefined ? {} : { teardown }),
    ...(abort === undefined ? {} : { abort }),
  });
}

/** Rejects with the signal's reason when it aborts: what well-behaved code does. */
export function untilAborted({ signal }: PluginContext<unknown, unknown>): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Never ends, whatever it is told. */
export const forEver = (): Promise<never> => new Promise(() => {});

/** A task's events so far. */
export function eventsOf(handle: TaskHandle): readonly TaskEvent[] {
  const events: TaskEvent[] = [];
  handle.events$.subscribe((event) => events.push(event)).unsubscribe();
  return events;
}

/** The states that a task has been in, in order. */
export const statesOf = (handle: TaskHandle): readonly string[] =>
  eventsOf(handle).flatMap((event) => (event.type === 'status' ? [event.state] : []));

/** The messages of a task's log. */
export const logOf = (handle: TaskHandle): readonly string[] =>
  eventsOf(handle).flatMap((event) => (event.type === 'log' ? [event.message] : []));
