import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import type { Runner } from '../../src/kernel/runner.ts';
import type { TaskResult } from '../../src/kernel/task-result.ts';
import type { BegunAttempt } from './begin-attempt.ts';
import { useRunner } from './use-runner.ts';
import type { RunnerInUse } from './use-runner.ts';

const resultOfTask: TaskResult = {
  taskId: 3,
  taskName: 'example.square',
  taskStatus: 'completed',
  summary: '',
  payload: { result: 25 },
  implSchemas: null,
  error: null,
  teardown: 'done',
  times: { submittedAt: 1, startedAt: 2, endedAt: 3 },
  attempts: 1,
};

/** An attempt that waits for task 3, which the host answers with `result`. */
async function waiting(
  { begin }: RunnerInUse,
  result: (taskId: number) => Promise<TaskResult>,
): Promise<BegunAttempt> {
  const attempt = await begin({ plugin: 'contract.waits', input: { id: 3 } });
  attempt.host.result = result;
  attempt.execution.run('setup');
  await attempt.host.untilSettled('setup');
  attempt.execution.run('process');
  await attempt.host.until('waitFor');
  return attempt;
}

/** What code and engine say to each other while a phase runs, in every runner. */
export function describeConversation(open: () => Runner): void {
  const used = useRunner(open);
  const { begin, start, errorOf } = used;

  describe('reports', () => {
    it('passes on progress, log, summary and payload in order, before the end', async () => {
      const { host } = await start({ plugin: 'contract.reports' });
      await host.untilSettled('process');
      expect(host.events.slice(1)).toMatchObject([
        { type: 'progress', percent: 10 },
        { type: 'progress', percent: 60.5, message: 'halfway' },
        { type: 'log', level: 'debug', message: 'd' },
        { type: 'log', level: 'info', message: 'i', fields: { frame: 3 } },
        { type: 'log', level: 'warn', message: 'w' },
        { type: 'log', level: 'error', message: 'e' },
        { type: 'summary', value: { peaks: 2 } },
        { type: 'payload', value: { spectrum: [1, 2, 3] } },
        { type: 'settled', phase: 'process', outcome: { ok: true, value: 'done' } },
      ]);
    });

    it('refuses a summary that cannot be stored', async () => {
      expect(await errorOf({ plugin: 'contract.summarisesDate' })).toMatchObject({
        code: 'NOT_STORABLE',
      });
    });

    it('goes on from a checkpoint when it is committed, and not before', async () => {
      const { host, execution } = await begin({
        plugin: 'contract.checkpoints',
        resumeFrom: { frame: 0 },
      });
      const committed = deferred<void>();
      host.commit = () => committed.promise;
      execution.run('setup');
      await host.untilSettled('setup');
      execution.run('process');
      expect(await host.until('checkpoint')).toMatchObject({ value: { frame: 1 } });
      expect(host.all('log')).toEqual([]);
      committed.resolve();
      expect(await host.untilSettled('process')).toEqual({
        ok: true,
        value: { resumeFrom: { frame: 0 } },
      });
      expect(host.all('log')).toMatchObject([{ message: 'committed' }]);
    });

    it('fails process when a checkpoint cannot be committed', async () => {
      const { host, execution } = await begin({ plugin: 'contract.checkpoints' });
      host.commit = () => Promise.reject(new Error('the disk is full'));
      execution.run('setup');
      await host.untilSettled('setup');
      execution.run('process');
      expect(await host.untilSettled('process')).toMatchObject({
        ok: false,
        error: { message: 'the disk is full' },
      });
    });
  });

  describe('waitFor', () => {
    it('gives the other task’s result', async () => {
      const { host } = await waiting(used, () => Promise.resolve(resultOfTask));
      expect(host.all('waitFor')).toMatchObject([{ taskId: 3 }]);
      expect(await host.untilSettled('process')).toEqual({
        ok: true,
        value: { status: 'completed', payload: { result: 25 } },
      });
    });

    it('rejects as the host does', async () => {
      const { host } = await waiting(used, () =>
        Promise.reject(new RunstateError('WAIT_CYCLE', ['task 3', '7 → 3 → 7'])),
      );
      expect(await host.untilSettled('process')).toMatchObject({
        ok: false,
        error: { name: 'RunstateError', code: 'WAIT_CYCLE' },
      });
    });

    it('ends at once when the attempt is aborted', async () => {
      const { host, execution } = await waiting(used, () => deferred<TaskResult>().promise);
      const reason = new Error('cancelled');
      execution.abort(reason);
      const outcome = await host.untilSettled('process');
      expect(outcome).toEqual({ ok: false, error: reason });
    });
  });

  describe('control', () => {
    it('fires the signal with its reason and calls abort(); the reason comes back', async () => {
      const { host, execution } = await start({ plugin: 'contract.stopsOnSignal' });
      await host.untilLogged('begun');
      const reason = new RunstateError('CANCELLED', [' by the operator']);
      execution.abort(reason);
      execution.abort(new Error('again'));
      const outcome = await host.untilSettled('process');
      await host.untilSettled('abort');
      expect(outcome.ok ? null : outcome.error).toBe(reason);
      await host.untilLogged('abort: The task was cancelled by the operator.');
      expect(
        host
          .all('settled')
          .map(({ phase }) => phase)
          .toSorted(),
      ).toEqual(['abort', 'process', 'setup']);
    });

    it('answers an abort also where the plugin has none of its own', async () => {
      const { host, execution } = await start({ plugin: 'contract.neverEnds' });
      await host.untilLogged('begun');
      execution.abort(new Error('cancelled'));
      expect(await host.untilSettled('abort')).toEqual({ ok: true, value: undefined });
      expect(host.all('settled').map(({ phase }) => phase)).toEqual(['setup', 'abort']);
    });

    it('stands still at a pause point until it is let go', async () => {
      const { host, execution } = await start({ plugin: 'contract.pauses' });
      await host.untilLogged('begun');
      execution.suspend();
      execution.send({ type: 'go' });
      await host.until('parked');
      expect(host.all('settled').map(({ phase }) => phase)).toEqual(['setup']);
      execution.resume();
      expect(await host.untilSettled('process')).toEqual({ ok: true, value: { type: 'go' } });
    });

    it('leaves a pause point by an abort', async () => {
      const { host, execution } = await start({ plugin: 'contract.pauses' });
      execution.suspend();
      execution.send({ type: 'go' });
      await host.until('parked');
      const reason = new Error('cancelled');
      execution.abort(reason);
      expect(await host.untilSettled('process')).toEqual({ ok: false, error: reason });
    });

    it('delivers events in the order in which they were sent', async () => {
      const { host, execution } = await start({ plugin: 'contract.collectsMessages' });
      const events = [1, 2, 3, 4, 5].map((n) => ({ type: 'n', n, isLast: n === 5 }));
      for (const event of events) execution.send(event);
      expect(await host.untilSettled('process')).toEqual({ ok: true, value: events });
    });

    it('tells nothing after it was disposed', async () => {
      const { host, execution } = await start({ plugin: 'contract.talksForEver' });
      await host.until('progress');
      execution.dispose();
      const told = host.events.length;
      const other = await start({ plugin: 'contract.doubles', input: { x: 1 } });
      await other.host.untilSettled('process');
      await used.runner.close();
      // Inline, the end of a phase that was given up is told all the same: only then is it over.
      expect(host.events.slice(told).filter(({ type }) => type !== 'settled')).toEqual([]);
    });
  });
}
