import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Phase } from '../../src/index.ts';
import { closeEngines, logOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import type { TestCode } from '../support/engine-under-test.ts';

const failIn = (phase: Phase) => (): never => {
  throw Object.assign(new Error(`${phase} failed`), { code: `IN_${phase.toUpperCase()}` });
};

/** Two phases of one attempt that both fail; `abort()` is called while the first of them runs. */
const pairs: readonly (readonly [first: Phase, second: Phase])[] = [
  ['setup', 'teardown'],
  ['process', 'teardown'],
  ['abort', 'teardown'],
  ['abort', 'setup'],
  ['abort', 'process'],
  ['setup', 'abort'],
  ['process', 'abort'],
];

describe('the first failure of an attempt', () => {
  afterEach(closeEngines);

  it.each(pairs)('in %s keeps its phase when %s fails after it', async (first, second) => {
    const { engine, rest } = await startEngine();
    const work = deferred<void>();
    const aborting = deferred<void>();
    const workPhase = first === 'setup' || second === 'setup' ? 'setup' : 'process';
    const code: TestCode = {
      [workPhase]: async () => {
        await work.promise;
        if (first === workPhase || second === workPhase) failIn(workPhase)();
      },
      ...(first === 'abort' ? { abort: failIn('abort') } : {}),
      ...(second === 'abort' ? { abort: () => aborting.promise.then(failIn('abort')) } : {}),
      ...(second === 'teardown' ? { teardown: failIn('teardown') } : {}),
    };
    const handle = engine.submit(pluginOf(code));
    await rest();
    if (first === 'abort' || second === 'abort') void handle.cancel();
    await rest();
    work.resolve();
    await rest();
    aborting.resolve();
    const { error, taskStatus } = await handle.result();
    expect(error).toMatchObject({
      code: `IN_${first.toUpperCase()}`,
      message: `${first} failed`,
      phase: first,
      attempt: 1,
    });
    expect(taskStatus).toBe(code.abort === undefined ? 'failed' : 'cancelled');
    expect(logOf(handle)).toEqual([`${first} failed`, `${second} failed`]);
  });

  it('is the timeout’s when the code fails because of it', async () => {
    const { engine, clock } = await startEngine();
    const work = deferred<void>();
    const plugin = pluginOf({ process: () => work.promise.then(failIn('process')) });
    const handle = engine.submit(plugin, null, { timeoutMs: 10 });
    await clock.advance(10);
    work.resolve();
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'ATTEMPT_TIMEOUT', phase: 'process' },
    });
  });

  it('of a cancelled task is its own, and CANCELLED when its code only obeyed', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = deferred<void>();
    const fails = engine.submit(pluginOf({ process: () => work.promise.then(failIn('process')) }));
    const obeys = engine.submit(
      pluginOf(
        {
          process: ({ signal }) =>
            new Promise((_, reject) => {
              const stop = (): void =>
                reject(new Error('stopped early', { cause: signal.reason as Error }));
              signal.addEventListener('abort', stop);
            }),
        },
        { name: 'test.obeys' },
      ),
      null,
      { timeoutMs: 20 },
    );
    await rest();
    const cancels = [fails.cancel(), obeys.cancel({ reason: 'wrong sample' })];
    await clock.advance(30);
    work.resolve();
    await Promise.all(cancels);
    expect((await fails.result()).error).toMatchObject({ code: 'IN_PROCESS', phase: 'process' });
    expect((await obeys.result()).error).toMatchObject({
      code: 'CANCELLED',
      message: 'The task was cancelled: wrong sample.',
      phase: 'process',
    });
  });
});
