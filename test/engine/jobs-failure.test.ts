import { afterEach, describe, expect, it } from 'vitest';
import { action, noop, parallel, sequential, task } from '../../src/index.ts';
import type { Job, TaskHandle } from '../../src/index.ts';
import { closeEngines, logOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

const fails = (message: string): Job =>
  action(() => {
    throw Object.assign(new Error(message), { code: 'BEAM_LOST' });
  });

const stepsOf = async (handle: TaskHandle): Promise<Record<string, string>> =>
  Object.fromEntries((await handle.steps()).map(({ path, state }) => [path, state]));

describe('a job of which a step fails', () => {
  it('starts nothing more, and fails with that error and where it stands', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      sequential([noop(), sequential([noop(), fails('no beam')]), work.action('never')]),
    );
    const { taskStatus, error } = await handle.result();
    expect(taskStatus).toBe('failed');
    expect(error).toMatchObject({
      code: 'BEAM_LOST',
      message: 'Step steps[1].steps[1]: no beam',
      fields: [{ path: 'steps[1].steps[1]', message: 'no beam' }],
      phase: 'process',
    });
    expect(work.begun).toEqual([]);
    expect(await stepsOf(handle)).toEqual({
      '': 'failed',
      'steps[0]': 'completed',
      'steps[1]': 'failed',
      'steps[1].steps[0]': 'completed',
      'steps[1].steps[1]': 'failed',
    });
  });

  it('has the error as it was thrown as its cause', async () => {
    const { engine } = await startEngine();
    const thrown = new Error('no beam');
    const job = sequential([
      action(() => {
        throw thrown;
      }),
    ]);
    const error = await engine
      .runJob(job)
      .output()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PLUGIN_FAILED', cause: { cause: thrown } });
  });

  it('has the error of a task that fails, and of one that times out', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const failed = engine.runJob(sequential([work.task('a')]));
    const late = engine.runJob(sequential([work.task('b', { timeoutMs: 50 })]));
    await rest();
    work.fail('a', new Error('broken'));
    await clock.advance(50);
    expect((await failed.result()).error).toMatchObject({ message: 'Step steps[0]: broken' });
    expect((await late.result()).error).toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
    expect(late.status).toBe('failed');
  });

  it('cancels what runs beside it, and starts no other', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const steps = [work.task('a'), work.action('b'), sequential([work.task('c'), work.task('d')])];
    const handle = engine.runJob(parallel([...steps, work.action('e')], { limit: 3 }));
    await rest();
    work.fail('b', new Error('broken'));
    const { error } = await handle.result();
    expect(error).toMatchObject({ message: 'Step steps[1]: broken' });
    expect(work.begun).toEqual(['b', 'a', 'c']);
    expect(work.aborted.toSorted()).toEqual(['a', 'c']);
    expect((await handle.children()).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    expect(await stepsOf(handle)).toMatchObject({
      '': 'failed',
      'steps[0]': 'cancelled',
      'steps[1]': 'failed',
      'steps[2]': 'cancelled',
      'steps[2].steps[0]': 'cancelled',
    });
  });

  it('tells the tasks that it cancels why', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(parallel([work.task('a'), work.action('b')]));
    await rest();
    work.fail('b', new Error('broken'));
    await handle.result();
    const [child] = await handle.children();
    expect((await child?.result())?.error?.message).toBe(
      `The task was cancelled: steps[1] ("b") of job ${handle.id} failed.`,
    );
  });

  it('lets what runs finish when told so, and starts no other', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const steps = [work.task('a'), work.action('b'), work.action('c')];
    const handle = engine.runJob(parallel(steps, { limit: 2, onFailure: 'finish' }));
    await rest();
    work.fail('b', new Error('broken'));
    await rest();
    expect(handle.status).toBe('running');
    work.end('a');
    expect((await handle.result()).error).toMatchObject({ message: 'Step steps[1]: broken' });
    expect(work.begun.toSorted()).toEqual(['a', 'b']);
    expect(work.aborted).toEqual([]);
  });

  it('keeps the first of several errors', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      parallel([work.action('a'), work.action('b')], { onFailure: 'finish' }),
    );
    await rest();
    work.fail('b', new Error('the first'));
    await rest();
    work.fail('a', new Error('the second'));
    expect((await handle.result()).error).toMatchObject({ message: 'Step steps[1]: the first' });
  });

  it('fails when somebody cancels one of its tasks', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(sequential([work.task('a'), work.task('b')]));
    await rest();
    const [child] = await handle.children();
    await child?.cancel({ reason: 'the wrong filter' });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'CANCELLED', message: expect.stringContaining('the wrong filter') },
    });
    expect(work.begun).toEqual(['a']);
  });

  it('fails when a step takes too long, also several together', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const slow = action(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { name: 'slow', timeoutMs: 20 },
    );
    const alone = engine.runJob(sequential([slow]));
    const together = engine.runJob(
      sequential([parallel([work.task('a'), work.action('b')], { timeoutMs: 30, name: 'both' })]),
    );
    await rest();
    await clock.advance(30);
    expect((await alone.result()).error).toMatchObject({
      code: 'STEP_TIMEOUT',
      message:
        'Step steps[0]: Step steps[0] ("slow") of the job took longer than timeoutMs (20 ms).',
    });
    expect((await together.result()).error).toMatchObject({
      code: 'STEP_TIMEOUT',
      fields: [{ path: 'steps[0]' }],
    });
    expect(work.aborted.toSorted()).toEqual(['a', 'b']);
    expect(await stepsOf(together)).toMatchObject({
      'steps[0]': 'timedOut',
      'steps[0].steps[0]': 'cancelled',
    });
  });

  it('fails when a step gives what cannot be stored', async () => {
    const { engine } = await startEngine();
    const { error } = await engine.runJob(sequential([action(() => () => 1)])).result();
    expect(error).toMatchObject({ code: 'NOT_STORABLE' });
  });

  it('fails a step that would wait for what the job itself holds', async () => {
    const { engine } = await startEngine({ resources: { motor: 1 } });
    const work = pluginOf({ process: () => 1 }, { resources: 'motor' });
    const handle = engine.runJob(sequential([task(work)]), { resources: 'motor' });
    expect((await handle.result()).error).toMatchObject({ code: 'WAIT_CYCLE' });
    const [child] = await handle.children();
    expect((await child?.result())?.taskStatus).toBe('cancelled');
  });

  it('refuses a task that waits for the job which it is a step of', async () => {
    const { engine } = await startEngine();
    let jobId = 0;
    const work = pluginOf({ process: async ({ waitFor }) => (await waitFor(jobId)).taskStatus });
    const handle = engine.runJob(sequential([task(work)]));
    jobId = handle.id;
    expect((await handle.result()).error).toMatchObject({ code: 'WAIT_CYCLE' });
  });

  it('is tried again as often as was asked for, from the step that failed', async () => {
    const { engine, clock, rest } = await startEngine();
    const calls: string[] = [];
    let isBroken = true;
    const step = (name: string): Job =>
      action(
        () => {
          calls.push(name);
          if (name === 'b' && isBroken) throw new Error('broken');
          return name;
        },
        { name, effect: 'idempotent' },
      );
    const options = { retries: { max: 1, baseMs: 10, jitter: 0 } };
    const handle = engine.runJob(sequential([step('a'), step('b'), step('c')]), options);
    await rest();
    isBroken = false;
    await clock.advance(10);
    expect(await handle.output()).toEqual(['a', 'b', 'c']);
    expect(calls).toEqual(['a', 'b', 'b', 'c']);
  });

  it('is not tried again when it holds a step that must not be', async () => {
    const { engine } = await startEngine();
    const handle = engine.runJob(sequential([fails('broken')]), { retries: 3 });
    const result = await handle.result();
    expect(result).toMatchObject({ taskStatus: 'failed', attempts: 1 });
    expect(logOf(handle)).toEqual(['Step steps[0]: broken']);
  });
});
