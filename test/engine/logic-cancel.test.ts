import { interval } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { fromCallback, fromObservable, fromPromise, setup } from 'xstate';
import { definePlugin } from '../../src/index.ts';
import type { PluginTraits } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';

const traits = { effect: 'idempotent' } as const satisfies PluginTraits;

/** Knows no event at all. */
const deaf = definePlugin({
  name: 'test.deaf',
  logic: setup({}).createMachine({ initial: 'on', states: { on: {} } }),
  ...traits,
});

/** Stops when told so, after a last step that a person confirms. */
const stoppable = (how: 'at once' | 'when confirmed' | 'a guard throws') =>
  setup({
    types: {
      events: {} as { readonly type: 'task.cancel' } | { readonly type: 'stop.confirm' },
      output: {} as string,
    },
    guards: {
      isAtOnce: () => {
        if (how === 'a guard throws') throw new Error('cannot say');
        return how === 'at once';
      },
    },
  }).createMachine({
    id: 'stoppable',
    initial: 'moving',
    output: () => 'parked',
    states: {
      moving: {
        on: {
          'task.cancel': [
            { guard: { type: 'isAtOnce' }, target: 'parked' },
            { target: 'stopping' },
          ],
        },
      },
      stopping: { on: { 'stop.confirm': { target: 'parked' } } },
      parked: { type: 'final' },
    },
  });

describe('definePlugin({ logic }) when its task is cancelled', () => {
  afterEach(closeEngines);

  const submitted = async (how: Parameters<typeof stoppable>[0]) => {
    const started = await startEngine();
    const plugin = definePlugin({ name: 'test.stops', logic: stoppable(how), ...traits });
    const handle = started.engine.submit(plugin);
    await started.rest();
    return { ...started, handle };
  };

  it('tells a machine that takes `task.cancel`, which ends by itself', async () => {
    const { handle } = await submitted('at once');
    expect(await handle.cancel()).toEqual({
      acknowledgedBy: 'plugin',
      elapsedMs: 0,
      status: 'cancelled',
    });
    expect((await handle.result()).payload).toBe('parked');
  });

  it('gives that machine its time, and its events', async () => {
    const { handle, clock } = await submitted('when confirmed');
    const answer = handle.cancel();
    await clock.advance(300);
    expect(handle.status).toBe('running');
    handle.send({ type: 'stop.confirm' });
    expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 300 });
  });

  it('stops that machine when the grace is over', async () => {
    const { handle, clock, engine } = await submitted('when confirmed');
    const answer = handle.cancel({ graceMs: 100 });
    await clock.advance(100);
    expect(await answer).toEqual({
      acknowledgedBy: 'runner',
      elapsedMs: 100,
      status: 'cancelled',
    });
    expect(await handle.result()).toMatchObject({ teardown: 'skipped' });
    expect(engine.tasks.abandoned()).toEqual([]);
  });

  it('stops a machine that does not take it, or cannot say whether it does', async () => {
    const { engine, rest } = await startEngine();
    const unsure = definePlugin({ name: 't.u', logic: stoppable('a guard throws'), ...traits });
    const handles = [engine.submit(deaf), engine.submit(unsure)];
    await rest();
    for (const handle of handles) {
      expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
      expect((await handle.result()).error).toMatchObject({ code: 'CANCELLED' });
    }
  });

  it('stops promises, callbacks and observables, and frees what they hold', async () => {
    const { engine, rest } = await startEngine();
    const freed: string[] = [];
    const whenAborted = (signal: AbortSignal): Promise<never> =>
      new Promise(() => signal.addEventListener('abort', () => freed.push('promise')));
    const logics = {
      promise: fromPromise(({ signal }) => whenAborted(signal)),
      callback: fromCallback(() => () => freed.push('callback')),
      observable: fromObservable(() => interval(1e6)),
    };
    const handles = Object.entries(logics).map(([kind, logic]) =>
      engine.submit(definePlugin({ name: `test.${kind}`, logic, ...traits })),
    );
    await rest();
    for (const handle of handles) {
      expect(await handle.cancel()).toMatchObject({
        acknowledgedBy: 'plugin',
        status: 'cancelled',
      });
    }
    expect(freed).toEqual(['promise', 'callback']);
  });

  it('ends by a timeout in the same way', async () => {
    const { engine, clock } = await startEngine();
    const plugin = definePlugin({ name: 't.t', logic: stoppable('at once'), ...traits });
    const handle = engine.submit(plugin, undefined, { timeoutMs: 50 });
    await clock.advance(50);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'ATTEMPT_TIMEOUT' },
    });
  });
});
