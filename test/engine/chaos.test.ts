import { afterEach, describe, expect, it } from 'vitest';
import type { PluginContext, TaskHandle } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { isTerminal } from '../../src/kernel/task-state.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  pluginOf,
  startEngine,
} from '../support/engine-under-test.ts';
import type { EngineUnderTest } from '../support/engine-under-test.ts';
import { randomOf } from '../support/random.ts';
import type { Random } from '../support/random.ts';

const concurrency = 3;

type Behaviour = (context: PluginContext<unknown, unknown>) => unknown;

/** A world of tasks that do what they like, and of people who change their minds. */
class Chaos {
  readonly #random: Random;
  readonly #world: EngineUnderTest;
  readonly handles: TaskHandle[] = [];
  readonly answers: Promise<unknown>[] = [];

  constructor(seed: number, world: EngineUnderTest) {
    this.#random = randomOf(seed);
    this.#world = world;
  }

  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#random.pick([
        () => this.#submit(),
        () => this.#submit(),
        () => this.#answer((handle) => handle.cancel({ graceMs: this.#upTo(60) })),
        () => this.#answer((handle) => handle.suspend()),
        () => this.#answer((handle) => handle.suspend()),
        () => this.#answer((handle) => handle.resume()),
        () => this.#answer((handle) => handle.resume()),
        () => this.#any()?.send({ type: 'go' }),
      ])();
      if (this.#random.isLikely(0.5)) await this.#world.rest();
      if (this.#random.isLikely(0.4)) await this.#world.clock.advance(this.#upTo(20));
    }
  }

  #upTo(most: number): number {
    return this.#random.below(most + 1);
  }

  #any(): TaskHandle | undefined {
    return this.#random.pick(this.handles.slice(-8));
  }

  #answer(ask: (handle: TaskHandle) => Promise<unknown>): void {
    const handle = this.#any();
    if (handle === undefined) return;
    this.answers.push(ask(handle).catch((error: { code: string }) => error.code));
  }

  #submit(): void {
    const phases = ['setup', 'process', 'process', 'process', 'teardown', 'abort'] as const;
    const code = Object.fromEntries(
      phases
        .filter(() => this.#random.isLikely(0.4))
        .map((phase) => [phase, this.#behaviour(phase)]),
    );
    const plugin = pluginOf(code, {
      name: `test.chaos-${this.handles.length}`,
      effect: this.#random.pick(['idempotent', 'resumable', 'unsafe']),
      suspend: 'cooperative',
    });
    const maybe = <T extends object>(options: T): T | object =>
      this.#random.isLikely(0.15) ? options : {};
    const earlier = this.#any();
    this.handles.push(
      this.#world.engine.submit(plugin, null, {
        graceMs: 10 + this.#upTo(60),
        teardownTimeoutMs: 10 + this.#upTo(60),
        retries: { max: this.#upTo(2), baseMs: this.#upTo(30) },
        priority: this.#upTo(3),
        ...maybe({ timeoutMs: 1 + this.#upTo(100) }),
        ...maybe({ heartbeatTimeoutMs: 1 + this.#upTo(100) }),
        ...maybe({ deadlineMs: 1 + this.#upTo(200) }),
        ...maybe({ queueTimeoutMs: 1 + this.#upTo(200) }),
        ...maybe({ delayMs: this.#upTo(50) }),
        ...maybe({ hold: true }),
        ...maybe({ resources: this.#random.pick(['motor', 'camera', ['camera', 'motor']]) }),
        ...(earlier === undefined ? {} : maybe({ after: [earlier] })),
      }),
    );
  }

  #behaviour(phase: 'setup' | 'process' | 'teardown' | 'abort'): Behaviour {
    const lasts = (): Promise<void> => {
      const ended = deferred<void>();
      this.#world.clock.setTimeout(ended.resolve, this.#upTo(30));
      return ended.promise;
    };
    const ways: Behaviour[] = [
      () => 1,
      lasts,
      () => lasts().then(() => Promise.reject(new Error(`${phase} failed`))),
      () => Promise.reject(new Error(`${phase} failed at once`)),
    ];
    if (this.#random.isLikely(0.03)) return forEver;
    if (phase !== 'process') return this.#random.pick(ways);
    const more: Behaviour[] = [
      async ({ pausePoint, signal }) => {
        while (!signal.aborted) {
          await lasts();
          await pausePoint();
        }
      },
      async ({ checkpoint, progress }) => {
        for (let n = 0; n < 5; n += 1) {
          progress(n);
          await lasts();
          await checkpoint(n);
        }
      },
      async ({ messages }) => {
        for await (const message of messages) return message;
        return null;
      },
      async ({ waitFor, pausePoint }) => {
        const id = this.#any()?.id ?? 1;
        const waits = waitFor(id).catch(() => null);
        await lasts();
        await pausePoint();
        return waits.then(() => 1);
      },
    ];
    return this.#random.pick([...ways, ...more]);
  }
}

/** Its events are in order, every attempt that began has ended, and the end comes once and last. */
function expectWholeStory(handle: TaskHandle): void {
  const events = eventsOf(handle);
  const numbers = events.map(({ seq }) => seq);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  const attempts = events.filter((event) => event.type === 'attempt');
  const begun = attempts.filter(({ outcome }) => outcome === 'started').length;
  expect([begun, attempts.length - begun]).toEqual([handle.attempt, handle.attempt]);
  const ends = events.filter((event) => event.type === 'status' && isTerminal(event.status));
  expect(ends).toEqual([events.at(-1)]);
}

/** Every task has ended in one of the ways that there are, and every request was answered. */
async function expectAllEnded(chaos: Chaos, { engine, lines }: EngineUnderTest): Promise<void> {
  const results = await Promise.all(chaos.handles.map((handle) => handle.result()));
  await Promise.all(chaos.answers);
  for (const { taskStatus, error } of results) {
    expect(error === null).toBe(taskStatus === 'completed');
    expect(error?.code).not.toBe('ENGINE_DEFECT');
  }
  for (const handle of chaos.handles) expectWholeStory(handle);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  const abandoned = new Set(engine.tasks.abandoned().map(({ taskId }) => taskId));
  const holders = engine.resources.list().flatMap(({ heldBy }) => heldBy);
  expect(holders.filter(({ taskId }) => !abandoned.has(taskId))).toEqual([]);
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('whatever tasks and people do', () => {
  afterEach(closeEngines);

  it.each(seeds)('all is answered, ends, and gives its slot back (seed %i)', async (seed) => {
    const world = await startEngine({ concurrency });
    const chaos = new Chaos(seed, world);
    await chaos.play(120);
    for (const handle of chaos.handles) void handle.cancel();
    await world.clock.advance(1_000);
    await expectAllEnded(chaos, world);
    const gate = deferred<void>();
    const last = pluginOf({ process: () => gate.promise }, { name: 'test.last' });
    const together = Array.from({ length: concurrency + 1 }, () => world.engine.submit(last));
    await world.rest();
    const states = together.map(({ state }) => state);
    expect(states).toEqual(['running', 'running', 'running', 'pending']);
    gate.resolve();
  });

  it.each(seeds)('a closing in the midst of it ends everything (seed %i)', async (seed) => {
    const world = await startEngine({ concurrency });
    const chaos = new Chaos(seed, world);
    await chaos.play(60);
    await world.shut();
    await expectAllEnded(chaos, world);
  });
});
