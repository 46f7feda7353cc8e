import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskHandle } from '../../src/index.ts';
import {
  closeEngines,
  forEver,
  logOf,
  pluginOf,
  startEngine,
} from '../support/engine-under-test.ts';
import type { EngineUnderTest, TestCode } from '../support/engine-under-test.ts';

const svg = '<svg viewBox="0 0 1 1"/>';

describe('reports of a task', () => {
  let results = '';
  let made: EngineUnderTest;
  beforeEach(async () => {
    results = mkdtempSync(join(tmpdir(), 'runstate-reports-'));
    made = await startEngine({ results });
  });
  afterEach(async () => {
    await closeEngines();
    rmSync(results, { recursive: true });
  });

  const submit = (code: TestCode, options: object = {}): TaskHandle =>
    made.engine.submit(pluginOf(code), null, options);
  const pathOf = (name: string): string => join(results, name, 'report.html');

  it('are the payload, beside an output of its own', async () => {
    const handle = submit({
      process: ({ payload, summary }) => {
        summary({ peaks: 3 });
        payload({ displayName: 'scans/motor', figures: svg });
        return { peaks: [1, 2, 3] };
      },
    });
    const path = pathOf('scans/motor');
    expect(await handle.result()).toMatchObject({ payload: path, summary: { peaks: 3 } });
    expect(await handle.output()).toEqual({ peaks: [1, 2, 3] });
    const page = readFileSync(path, 'utf8');
    expect(page).toContain(`<dt>task</dt><dd>${handle.id}</dd>`);
    expect(page).toContain('<dd>test.work</dd>');
  });

  it('are kept as several', async () => {
    const handle = submit({
      process: ({ payload }) => {
        payload({ displayName: 'one', figures: svg });
        payload([{ displayName: 'two', figures: svg }, 2]);
        payload('three');
      },
    });
    expect((await handle.result()).payload).toEqual([pathOf('one'), [pathOf('two'), 2], 'three']);
  });

  it('are the output and the payload when process returns them', async () => {
    const handle = submit({ process: async () => [{ displayName: 'page', figures: svg }, 'more'] });
    expect((await handle.result()).payload).toEqual([pathOf('page'), 'more']);
    expect(await handle.output()).toEqual([pathOf('page'), 'more']);
  });

  it('count with the attempt that completed', async () => {
    const handle = submit(
      {
        process: ({ attempt, payload }) => {
          payload(`from attempt ${attempt}`);
          payload({ displayName: `attempt ${attempt}`, figures: attempt === 1 ? 'none' : svg });
        },
      },
      { retries: { max: 1, baseMs: 1 } },
    );
    await expect.poll(() => handle.waitingFor).toMatchObject({ reason: 'retry' });
    await made.clock.advance(1_000);
    expect(await handle.result()).toMatchObject({
      attempts: 2,
      payload: ['from attempt 2', pathOf('attempt 2')],
    });
  });

  it('that cannot be written fail the task, and say why', async () => {
    const handle = submit({
      process: ({ payload }) => {
        payload('before');
        payload({ displayName: 'x', figures: { save: () => Promise.reject(new Error('no ink')) } });
        return 'output';
      },
    });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      payload: 'before',
      error: {
        code: 'REPORT_FIGURE_INVALID',
        phase: 'process',
        message: 'The figure of report "x" could not be saved: no ink.',
        cause: { message: 'no ink' },
      },
    });
  });

  it('that are never drawn end with their attempt', async () => {
    const endless = { displayName: 'endless', figures: { save: forEver } };
    const plugin = pluginOf({ process: ({ payload }) => payload(endless) });
    const slow = made.engine.submit(plugin, null, { timeoutMs: 1_000 });
    const stuck = made.engine.submit(plugin);
    await made.rest();
    const answer = stuck.cancel();
    expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', status: 'cancelled' });
    await made.clock.advance(1_000);
    expect(await slow.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'ATTEMPT_TIMEOUT' },
      teardown: 'done',
    });
  });

  it('of a teardown that are never drawn end with its time', async () => {
    const handle = submit(
      {
        process: () => 'output',
        teardown: ({ payload }) => payload({ displayName: 'x', figures: { save: forEver } }),
      },
      { teardownTimeoutMs: 500 },
    );
    await made.clock.advance(500);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'TEARDOWN_TIMEOUT' },
    });
  });

  it('that fail beside the work are a line of its log', async () => {
    const handle = submit({
      process: ({ payload }) => {
        payload({ displayName: 'x', figures: [] });
        throw new Error('the beam was lost');
      },
    });
    expect(await handle.result()).toMatchObject({ error: { message: 'the beam was lost' } });
    expect(logOf(handle)).toContainEqual(expect.stringContaining('The figures of report "x"'));
  });
});
