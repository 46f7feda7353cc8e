import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import type { CancelAnswer, TaskHandle } from '../../src/index.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  logOf,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};
const failLater: () => unknown = async () => fail();

describe('TaskHandle.cancel', () => {
  afterEach(closeEngines);

  describe('of a task that has not started', () => {
    const isAnsweredByTheQueue = async (
      handle: TaskHandle,
      answer: Promise<CancelAnswer>,
      attempts = 0,
    ): Promise<void> => {
      expect(await answer).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
      expect(await handle.result()).toMatchObject({
        taskStatus: 'cancelled',
        attempts,
        error: { code: 'CANCELLED', phase: 'pending' },
        teardown: 'none',
      });
    };

    it('is answered by the queue, at once', async () => {
      const { engine, clock } = await startEngine();
      let calls = 0;
      const handle = engine.submit(pluginOf({ setup: () => (calls += 1) }));
      const answer = await handle.cancel();
      expect(answer).toEqual({ acknowledgedBy: 'queue', elapsedMs: 0, status: 'cancelled' });
      await clock.advance(1_000);
      expect([calls, statesOf(handle)]).toEqual([0, ['pending', 'cancelled']]);
    });

    it.each([
      ['held', { hold: true }],
      ['delayed', { delayMs: 60_000 }],
      ['limited by a deadline and a queue timeout', { deadlineMs: 9, queueTimeoutMs: 9 }],
    ])('leaves no timer of one that is %s', async (_, options) => {
      const { engine, clock } = await startEngine();
      const handle = engine.submit(pluginOf({}), null, options);
      await isAnsweredByTheQueue(handle, handle.cancel());
      expect(clock.pending).toBe(0);
    });

    it('ends one that waits for another task', async () => {
      const { engine } = await startEngine();
      const first = engine.submit(pluginOf({ process: untilAborted }));
      const second = engine.submit(pluginOf({}, { name: 'test.second' }), null, { after: [first] });
      await isAnsweredByTheQueue(second, second.cancel());
      expect(first.status).not.toBe('cancelled');
    });

    it('ends one that backs off, and keeps what the last attempt failed with', async () => {
      const { engine, clock, rest } = await startEngine();
      const handle = engine.submit(pluginOf({ process: fail }), null, { retries: 3 });
      await rest();
      expect(handle.waitingFor).toMatchObject({ reason: 'retry', attempt: 2 });
      expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
      expect(await handle.result()).toMatchObject({ attempts: 1, error: { message: 'no beam' } });
      expect(clock.pending).toBe(0);
    });

    it('reaches a task that was submitted, and cancelled, inside a listener', async () => {
      const { engine } = await startEngine();
      const plugin = pluginOf({}, { name: 'test.inner' });
      const inner: [TaskHandle, Promise<CancelAnswer>][] = [];
      engine.events$.subscribe((event) => {
        if (event.type !== 'status' || event.taskId !== outer.id) return;
        const handle = engine.submit(plugin);
        inner.push([handle, handle.cancel()]);
      });
      const outer = engine.submit(pluginOf({}));
      await outer.result();
      expect(inner).toHaveLength(4);
      for (const [handle, answer] of inner) await isAnsweredByTheQueue(handle, answer);
    });

    it('reaches one from the listener that is told of its coming', async () => {
      const { engine } = await startEngine();
      const answers: Promise<CancelAnswer>[] = [];
      engine.tasks.on('add', (added) => void answers.push(added.cancel()));
      const handle = engine.submit(pluginOf({}));
      await isAnsweredByTheQueue(handle, answers[0] ?? expect.fail('not told'));
      expect((await engine.tasks.get(handle.id)).status).toBe('cancelled');
    });
  });

  describe('of a running task', () => {
    it.each(['setup', 'process'] as const)(
      'is answered by the plugin that stops in %s, with the time it took',
      async (phase) => {
        const { engine, clock, rest } = await startEngine();
        const handle = engine.submit(
          pluginOf({
            [phase]: async (context: Parameters<typeof untilAborted>[0]) => {
              await untilAborted(context).catch(() => {});
              await new Promise<void>((resolve) => clock.setTimeout(resolve, 300));
              context.signal.throwIfAborted();
            },
          }),
        );
        await rest();
        const answer = handle.cancel();
        await clock.advance(1_000);
        expect(await answer).toEqual({
          acknowledgedBy: 'plugin',
          elapsedMs: 300,
          status: 'cancelled',
        });
        expect((await handle.result()).error).toMatchObject({
          code: 'CANCELLED',
          phase: 'process',
        });
      },
    );

    it('tells the signal why, and the event who', async () => {
      const { engine, rest } = await startEngine();
      const reasons: unknown[] = [];
      const handle = engine.submit(
        pluginOf({
          process: (context) => untilAborted(context),
          teardown: ({ signal }) => reasons.push(signal.reason),
        }),
      );
      await rest();
      const by = { who: 'ada', via: 'library' };
      await handle.cancel({ by, reason: 'wrong sample' });
      expect(reasons).toEqual([
        expect.objectContaining({
          code: 'CANCELLED',
          message: 'The task was cancelled: wrong sample.',
        }),
      ]);
      expect(eventsOf(handle).at(-1)).toMatchObject({
        type: 'status',
        state: 'cancelled',
        by,
        reason: 'wrong sample',
      });
    });

    it('ends cancelled when the plugin ends well in spite of it, and keeps its output', async () => {
      const { engine, rest } = await startEngine();
      const work = deferred<string>();
      const handle = engine.submit(pluginOf({ process: () => work.promise }));
      await rest();
      const answer = handle.cancel();
      work.resolve('whole');
      expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', status: 'cancelled' });
      expect((await handle.result()).payload).toBe('whole');
    });

    it('calls no process when it comes during setup', async () => {
      const { engine, rest } = await startEngine();
      const ready = deferred<void>();
      const handle = engine.submit(
        pluginOf({ setup: () => ready.promise, process: () => fail(), teardown: () => {} }),
      );
      await rest();
      const answer = handle.cancel();
      ready.resolve();
      expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', status: 'cancelled' });
      expect(statesOf(handle)).toEqual(['pending', 'starting', 'stopping', 'cancelled']);
    });

    it('ends a loop over its messages', async () => {
      const { engine, rest } = await startEngine();
      const plugin = pluginOf({
        process: async ({ messages }) => {
          for await (const message of messages) void message;
          return 'ended';
        },
      });
      const handle = engine.submit(plugin);
      await rest();
      expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
      expect((await handle.result()).payload).toBe('ended');
    });

    it('calls abort() once, however often it is asked', async () => {
      const { engine, rest } = await startEngine();
      let aborts = 0;
      const work = deferred<void>();
      const handle = engine.submit(
        pluginOf({ process: () => work.promise, abort: () => (aborts += 1) }),
      );
      await rest();
      const answers = [handle.cancel(), handle.cancel(), handle.cancel({ graceMs: 10 })];
      await rest();
      work.resolve();
      await Promise.all(answers);
      expect(aborts).toBe(1);
    });

    it('is answered by obedient code even when it gives no time at all', async () => {
      const { engine, rest } = await startEngine();
      const handle = engine.submit(pluginOf({ process: untilAborted }));
      await rest();
      expect(await handle.cancel({ graceMs: 0 })).toMatchObject({ acknowledgedBy: 'plugin' });
    });

    it('answers all who ask, with the time each waited', async () => {
      const { engine, clock, rest } = await startEngine();
      const handle = engine.submit(pluginOf({ process: forEver }));
      await rest();
      const first = handle.cancel({ graceMs: 1_000 });
      await clock.advance(600);
      const second = handle.cancel();
      await clock.advance(400);
      expect(await first).toEqual({
        acknowledgedBy: 'nobody',
        elapsedMs: 1_000,
        status: 'cancelled',
      });
      expect((await second).elapsedMs).toBe(400);
    });

    it('takes the smallest grace of all who ask, and never a longer one', async () => {
      const { engine, clock, rest } = await startEngine();
      const handle = engine.submit(pluginOf({ process: forEver }));
      await rest();
      const first = handle.cancel({ graceMs: 10_000 });
      void handle.cancel({ graceMs: 50 });
      void handle.cancel({ graceMs: 60_000 });
      await clock.advance(50);
      expect((await first).elapsedMs).toBe(50);
    });

    it('is heard when it comes from a listener, in whatever state the task is', async () => {
      const { engine } = await startEngine();
      for (const state of ['pending', 'starting', 'running', 'suspended']) {
        const stands = pluginOf(
          {
            process: async ({ pausePoint }) => {
              for (;;) await pausePoint();
            },
          },
          { name: `t.${state}` },
        );
        const handle = engine.submit(stands);
        const answered = deferred<CancelAnswer>();
        handle.events$.subscribe((event) => {
          if (event.type !== 'status') return;
          if (event.state === 'starting' && state === 'suspended') void handle.suspend();
          if (event.state === state) void handle.cancel().then(answered.resolve);
        });
        expect((await answered.promise).status).toBe('cancelled');
      }
    });
  });

  it('refuses a grace that is no time', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(pluginOf({}), null, { hold: true });
    await expect(handle.cancel({ graceMs: -1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(handle.cancel({ graceMs: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(handle.status).toBe('pending');
  });

  it('keeps what abort() fails with, and lets nothing of a listener’s throw out', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(
      pluginOf({
        process: (context) => {
          context.signal.addEventListener('abort', fail);
          context.signal.addEventListener('abort', failLater);
          // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Another way to listen.
          context.signal.onabort = fail;
          return untilAborted(context);
        },
        abort: () => {
          throw new Error('no brake');
        },
      }),
    );
    await rest();
    await handle.cancel();
    expect((await handle.result()).error).toMatchObject({ message: 'no brake', phase: 'abort' });
    const thrown = 'A listener of the signal threw: no beam';
    expect(logOf(handle).filter((message) => message === thrown)).toHaveLength(3);
  });
});
