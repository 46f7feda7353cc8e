import { afterEach, describe, expect, it } from 'vitest';
import { assign, fromPromise, fromTransition, log, setup } from 'xstate';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import type { PluginTraits } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, logOf, startEngine, statesOf } from '../support/engine-under-test.ts';

/** Counts what it is sent, until it is told that it is enough. */
const counting = setup({
  types: {
    context: {} as { readonly left: number; readonly seen: number },
    events: {} as { readonly type: 'frame.take' } | { readonly type: 'frame.fail' },
    input: {} as { readonly frames: number },
    output: {} as { readonly seen: number },
  },
  actions: {
    count: assign({
      left: ({ context }) => context.left - 1,
      seen: ({ context }) => context.seen + 1,
    }),
    fail: () => {
      throw new Error('the shutter is stuck');
    },
    say: log(({ context }) => `took frame ${context.seen}`),
  },
  guards: { isDone: ({ context }) => context.left === 0 },
}).createMachine({
  id: 'counting',
  context: ({ input }) => ({ left: input.frames, seen: 0 }),
  output: ({ context }) => ({ seen: context.seen }),
  initial: 'taking',
  states: {
    taking: {
      always: [{ guard: { type: 'isDone' }, target: 'done' }],
      on: {
        'frame.take': { actions: [{ type: 'count' }, { type: 'say' }] },
        'frame.fail': { actions: [{ type: 'fail' }] },
      },
    },
    done: { type: 'final' },
  },
});

const traits = { effect: 'idempotent' } as const satisfies PluginTraits;
const counts = definePlugin({ name: 'test.counts', logic: counting, ...traits });

describe('definePlugin({ logic })', () => {
  afterEach(closeEngines);

  it('runs a machine as a task: input, events and output are the task’s', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(counts, { frames: 3 });
    handle.send({ type: 'frame.take' });
    await rest();
    handle.send({ type: 'frame.take' });
    expect(handle.state).toBe('running');
    handle.send({ type: 'frame.take' });
    expect(await handle.output()).toEqual({ seen: 3 });
    expect(statesOf(handle)).toEqual(['pending', 'starting', 'running', 'stopping', 'completed']);
  });

  it('ends a machine that is done at once', async () => {
    const { engine } = await startEngine();
    expect(await engine.submit(counts, { frames: 0 }).output()).toEqual({ seen: 0 });
  });

  it('ignores what is sent and is no event of the machine', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(counts, { frames: 1 });
    await rest();
    expect(handle.send({ type: 'something.else' })).toBe(true);
    handle.send(null as never);
    handle.send({ type: 'frame.take' });
    expect(await handle.output()).toEqual({ seen: 1 });
  });

  it('fails when the machine fails, and lets nothing else fail', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(counts, { frames: 1 });
    const other = engine.submit(counts, { frames: 1 });
    await rest();
    handle.send({ type: 'frame.fail' });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      error: { message: 'the shutter is stuck', phase: 'process' },
    });
    other.send({ type: 'frame.take' });
    expect((await other.result()).taskStatus).toBe('completed');
  });

  it('fails when the machine cannot even begin', async () => {
    const { engine } = await startEngine();
    const broken = setup({ types: { input: {} as { x: number } } }).createMachine({
      context: () => {
        throw new Error('no context');
      },
    });
    const plugin = definePlugin({ name: 'test.broken', logic: broken, ...traits });
    expect(await engine.submit(plugin, { x: 1 }).result()).toMatchObject({
      taskStatus: 'failed',
      error: { message: 'no context' },
    });
  });

  it('checks the input before, and the output after', async () => {
    const { engine } = await startEngine();
    const plugin = definePlugin({
      name: 'test.checked',
      logic: fromPromise(({ input }: { input: { x: number } }) => Promise.resolve({ y: input.x })),
      input: z.object({ x: z.number().default(1) }),
      output: z.object({ y: z.literal(1) }),
      ...traits,
    });
    expect(() => engine.submit(plugin, { x: 'a' } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(await engine.submit(plugin, {} as never).output()).toEqual({ y: 1 });
    expect((await engine.submit(plugin, { x: 2 }).result()).error).toMatchObject({
      code: 'INVALID_OUTPUT',
    });
  });

  it('keeps what the machine logs in the task’s log', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(counts, { frames: 1 });
    await rest();
    handle.send({ type: 'frame.take' });
    await handle.result();
    expect(logOf(handle)).toEqual(['took frame 1']);
  });

  it('is retried with a new actor', async () => {
    const { engine, clock } = await startEngine();
    let attempts = 0;
    const logic = fromPromise(() => {
      attempts += 1;
      return attempts === 2 ? Promise.resolve('second') : Promise.reject(new Error('not yet'));
    });
    const plugin = definePlugin({ name: 'test.retried', logic, ...traits });
    const handle = engine.submit(plugin, undefined, { retries: 1 });
    await clock.advance(2_000);
    expect(await handle.result()).toMatchObject({ payload: 'second', attempts: 2 });
  });

  it('refuses to be suspended while it runs', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(counts, { frames: 1 });
    await rest();
    await expect(handle.suspend()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
  });

  it('takes promises, observables and transitions', async () => {
    const { engine, rest } = await startEngine();
    const answer = deferred<string>();
    const promise = definePlugin({
      name: 'test.promise',
      logic: fromPromise(() => answer.promise),
      ...traits,
    });
    const transition = definePlugin({
      name: 'test.transition',
      logic: fromTransition((state: number, event: { type: string }) => {
        if (event.type === 'fail') throw new Error('no transition');
        return state + 1;
      }, 0),
      ...traits,
    });
    const waits = engine.submit(promise);
    const steps = engine.submit(transition);
    await rest();
    answer.resolve('42');
    expect(await waits.output()).toBe('42');
    steps.send({ type: 'step' });
    steps.send({ type: 'fail' });
    expect((await steps.result()).error).toMatchObject({ message: 'no transition' });
  });
});
