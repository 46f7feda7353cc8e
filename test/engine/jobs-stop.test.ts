import { afterEach, describe, expect, it } from 'vitest';
import { action, noop, parallel, sequential, task } from '../../src/index.ts';
import {
  closeEngines,
  forEver,
  logOf,
  pluginOf,
  startEngine,
} from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

describe('a job that is cancelled', () => {
  it('ends what runs, starts nothing more, and says who stopped it', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      sequential([parallel([work.task('a'), work.action('b')]), work.task('c')]),
    );
    await rest();
    const by = { who: 'ada' };
    const answer = await handle.cancel({ reason: 'the wrong sample', by });
    expect(answer).toMatchObject({ acknowledgedBy: 'plugin', status: 'cancelled' });
    expect(answer.stillRunning).toBeUndefined();
    expect(work.begun.toSorted()).toEqual(['a', 'b']);
    expect(work.aborted.toSorted()).toEqual(['a', 'b']);
    const [child] = await handle.children();
    expect(child?.status).toBe('cancelled');
    const steps = await handle.steps();
    expect(steps.map(({ state }) => state)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  it('is cancelled before it starts', async () => {
    const { engine } = await startEngine();
    const handle = engine.runJob(sequential([noop()]), { hold: true });
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
    expect(await handle.steps()).toEqual([]);
  });

  it('takes its tasks out of the queue', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const work = gatedWork();
    const handle = engine.runJob(parallel([work.task('a'), work.task('b'), work.task('c')]));
    await rest();
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
    expect(work.begun).toEqual(['a']);
  });

  it('names what goes on, when code ignores its signal', async () => {
    const { engine, clock, rest } = await startEngine();
    const deaf = pluginOf({ process: forEver });
    const work = gatedWork();
    const handle = engine.runJob(
      parallel([task(deaf, undefined, { name: 'deaf' }), work.action('b')]),
    );
    await rest();
    const cancelled = handle.cancel({ graceMs: 100 });
    await clock.advance(100);
    const answer = await cancelled;
    expect(answer).toMatchObject({ acknowledgedBy: 'nobody', status: 'cancelled' });
    const [child] = await handle.children();
    expect(answer.stillRunning).toEqual([`task ${child?.id}`]);
  });

  it('names an action that ignores its signal, once its grace is over', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(parallel([work.task('a'), work.action('b', { isDeaf: true })]));
    await rest();
    const cancelled = handle.cancel({ graceMs: 100 });
    await clock.advance(100);
    expect(await cancelled).toMatchObject({
      acknowledgedBy: 'nobody',
      status: 'cancelled',
      stillRunning: ['step steps[1] ("b")'],
    });
    work.end('b');
    await rest();
    expect(engine.tasks.abandoned().map(({ taskId }) => taskId)).not.toContain(handle.id);
  });

  it('is timed out by its own clock, and ends its steps', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.task('a')]), { timeoutMs: 50 });
    await rest();
    await clock.advance(50);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'ATTEMPT_TIMEOUT' },
    });
    expect(work.aborted).toEqual(['a']);
  });
});

describe('a job that is suspended', () => {
  it('starts nothing more until it is resumed', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.action('a'), work.action('b')]));
    await rest();
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    work.end('a');
    await rest();
    expect(work.begun).toEqual(['a']);
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'plugin', status: 'running' });
    await rest();
    expect(work.running).toEqual(['b']);
    work.end('b');
    expect(await handle.output()).toEqual(['a', 'b']);
  });

  it('makes its tasks stand still, where they can, and lets them go on', async () => {
    const { engine, rest } = await startEngine();
    let turns = 0;
    const over = { isOver: false };
    const turning = pluginOf({
      process: async ({ pausePoint }) => {
        while (!over.isOver) {
          turns += 1;
          await pausePoint();
        }
      },
    });
    const stubborn = gatedWork({ suspend: 'refuse' });
    const handle = engine.runJob(parallel([task(turning), stubborn.task('a')]));
    await rest();
    await handle.suspend();
    const [first, second] = await handle.children();
    expect([handle.state, first?.state, second?.state]).toEqual([
      'suspended',
      'suspended',
      'running',
    ]);
    expect(logOf(handle).some((line) => line.startsWith('Step steps[1] ("a") goes on'))).toBe(true);
    const stood = turns;
    await rest();
    expect(turns).toBe(stood);
    await handle.resume();
    over.isOver = true;
    stubborn.end('a');
    expect((await handle.result()).taskStatus).toBe('completed');
    expect(turns).toBeGreaterThan(stood);
  });

  it('can be cancelled while it stands', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.action('a'), work.action('b')]));
    await rest();
    await handle.suspend();
    work.end('a');
    await rest();
    expect(await handle.cancel()).toMatchObject({ status: 'cancelled' });
    expect(work.begun).toEqual(['a']);
  });

  it('does not count the time for which it stands', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.action('a')], { timeoutMs: 100 }));
    await rest();
    await handle.suspend();
    await clock.advance(1_000);
    await handle.resume();
    await clock.advance(99);
    expect(handle.status).toBe('running');
    await clock.advance(1);
    expect((await handle.result()).error).toMatchObject({ code: 'STEP_TIMEOUT' });
  });
});

describe('the progress of a job', () => {
  it('is the mean of its steps, each of which may be a mean again', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      parallel([
        work.task('a'),
        sequential([work.action('b'), work.action('c')]),
        noop(),
        sequential([]),
      ]),
    );
    const told: number[] = [];
    handle.events$.subscribe((event) => event.type === 'progress' && told.push(event.percent));
    await rest();
    expect(told.at(-1)).toBe(50);
    work.progress('a', 40);
    expect(told.at(-1)).toBe(60);
    work.progress('b', 50);
    expect(told.at(-1)).toBe(66);
    work.end('b');
    await rest();
    expect(told.at(-1)).toBe(72);
    work.end('a');
    work.end('c');
    await handle.result();
    expect(told.at(-1)).toBe(100);
    expect(told).toEqual(told.toSorted((x, y) => x - y));
    expect(new Set(told).size).toBe(told.length);
  });

  it('is told a hundred times at most, however many steps there are', async () => {
    const { engine } = await startEngine();
    const handle = engine.runJob(sequential(Array.from({ length: 3_000 }, () => noop())));
    await handle.result();
    let told = 0;
    handle.events$.subscribe((event) => event.type === 'progress' && (told += 1));
    expect(told).toBe(101);
  });
});

describe('an engine that closes under a job', () => {
  it('cancels it with its tasks, when nothing is kept', async () => {
    const { engine, rest, shut } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      sequential([parallel([work.task('a'), work.action('b')]), noop()]),
    );
    await rest();
    await shut();
    expect((await handle.result()).taskStatus).toBe('cancelled');
    expect(work.aborted.toSorted()).toEqual(['a', 'b']);
  });

  it('starts no step any more, and need not be waited for', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.action('a'), work.action('b'), action(() => 1)]));
    await rest();
    const closing = engine.close({ graceMs: 60_000 });
    work.end('a');
    await closing;
    expect((await handle.result()).taskStatus).toBe('cancelled');
    expect(work.begun).toEqual(['a']);
  });
});
