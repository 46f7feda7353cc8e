import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { PluginExecution } from '../../src/runners/plugin-execution.ts';
import { pluginOf } from '../support/engine-under-test.ts';
import type { TestCode } from '../support/engine-under-test.ts';
import { RecordingHost } from './recording-host.ts';

const begun = (code: TestCode) => {
  const host = new RecordingHost();
  const plugin = pluginOf(code);
  const { name, suspend } = plugin;
  const execution = new PluginExecution(
    plugin,
    {
      taskId: 7,
      attempt: 1,
      plugin: { name, suspend, moduleUrl: null, definition: plugin },
      input: null,
      resumeFrom: undefined,
      teardownTimeoutMs: 10_000,
      resultsDirectory: '/results',
    },
    host,
  );
  return { host, execution };
};

describe('PluginExecution', () => {
  it.each([
    ['a plugin without one', {}],
    ['one that returns', { abort: () => 1 }],
    ['one that resolves', { abort: async () => 1 }],
  ] satisfies [string, TestCode][])('answers an abort of %s', async (_, code) => {
    const { host, execution } = begun({ process: () => deferred().promise, ...code });
    execution.run('setup');
    execution.run('process');
    execution.abort(new Error('stop'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
  });

  it('answers an abort that comes before anything was called', async () => {
    const { host, execution } = begun({});
    execution.abort(new Error('stop'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
  });

  it('tells how an abort failed, now or later', async () => {
    const fail = (): never => {
      throw new Error('no brake');
    };
    for (const abort of [fail, async () => fail()]) {
      const { host, execution } = begun({ abort });
      execution.run('setup');
      execution.abort(new Error('stop'));
      execution.abort(new Error('again'));
      const answer = { ok: false, error: { message: 'no brake' } };
      expect(await host.untilSettled('abort')).toMatchObject(answer);
      expect(host.all('settled').filter(({ phase }) => phase === 'abort')).toHaveLength(1);
    }
  });

  it('lets the event loop have its turn at each pause point', async () => {
    let turns = 0;
    const { host, execution } = begun({
      process: async ({ pausePoint, signal }) => {
        while (!signal.aborted) {
          turns += 1;
          await pausePoint();
        }
      },
    });
    execution.run('setup');
    execution.run('process');
    await new Promise<void>((resolve) => setImmediate(resolve));
    const reason = new Error('stop');
    execution.abort(reason);
    expect(await host.untilSettled('process')).toEqual({ ok: false, error: reason });
    expect(turns).toBeLessThan(5);
  });
});
