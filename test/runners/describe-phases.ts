import { describe, expect, it } from 'vitest';
import { RunstateError } from '../../src/kernel/errors.ts';
import type { Runner } from '../../src/kernel/runner.ts';
import { describeError } from '../../src/kernel/task-error.ts';
import { useRunner } from './use-runner.ts';

/** How every runner runs phases, and tells what they came to. */
export function describePhases(open: () => Runner): void {
  const { begin, start, outcomeOf, errorOf } = useRunner(open);

  const failure = (how: string): Promise<unknown> =>
    errorOf({ plugin: 'contract.fails', input: { how } });

  describe('phases', () => {
    it('calls nothing of the plugin before setup is run', async () => {
      const { host, execution } = await begin({ plugin: 'contract.keepsState' });
      execution.run('setup');
      await host.untilSettled('setup');
      expect(host.events.map(({ type }) => type)).toEqual(['log', 'settled']);
    });

    it('runs setup, process and teardown in turn, with the state that setup made', async () => {
      const { host, execution } = await start({ plugin: 'contract.keepsState' });
      expect(await host.untilSettled('process')).toEqual({ ok: true, value: 2 });
      execution.run('teardown');
      expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
      expect(
        host.events.map((event) => {
          if (event.type === 'log') return event.message;
          return event.type === 'settled' ? `${event.phase} settled` : event.type;
        }),
      ).toEqual([
        'setup',
        'setup settled',
        'process',
        'process settled',
        'teardown after 3',
        'teardown settled',
      ]);
    });

    it('settles with what process returns, with defaults filled into its input', async () => {
      const input = { x: 4 };
      expect(await outcomeOf({ plugin: 'contract.doubles', input })).toEqual({
        ok: true,
        value: { y: 8 },
      });
    });

    it('settles with what process resolves with', async () => {
      const input = { x: 4, by: 3 };
      expect(await outcomeOf({ plugin: 'contract.doublesLater', input })).toEqual({
        ok: true,
        value: { y: 12 },
      });
    });

    it('takes nothing for an output', async () => {
      const outcome = await outcomeOf({ plugin: 'contract.returnsNothing' });
      expect(outcome).toEqual({ ok: true, value: undefined });
    });

    it('finds a plugin whatever the case of its name', async () => {
      const outcome = await outcomeOf({ plugin: 'Contract.DOUBLES', input: { x: 1 } });
      expect(outcome).toMatchObject({ ok: true });
    });

    it('makes a new instance of a plugin class, named by its host, for each attempt', async () => {
      const plugin = 'somewhere.counts';
      const first = await outcomeOf({ plugin, input: { from: 1 } });
      const second = await outcomeOf({ plugin });
      expect([first, second]).toEqual([
        { ok: true, value: { count: 3 } },
        { ok: true, value: { count: 2 } },
      ]);
    });

    it('parses the input where the code runs, so a schema may make of it what it likes', async () => {
      const input = { at: '2026-01-02T00:00:00Z' };
      const outcome = await outcomeOf({ plugin: 'contract.readsDate', input });
      expect(outcome).toEqual({ ok: true, value: { year: 2026 } });
    });

    it('goes on to teardown after a setup that failed', async () => {
      const { host, execution } = await begin({ plugin: 'contract.failsInSetup' });
      execution.run('setup');
      expect(await host.untilSettled('setup')).toMatchObject({
        ok: false,
        error: { message: 'no setup' },
      });
      execution.run('teardown');
      expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
    });

    it('tells of a teardown that failed', async () => {
      const { host, execution } = await start({ plugin: 'contract.failsInTeardown' });
      await host.untilSettled('process');
      execution.run('teardown');
      expect(await host.untilSettled('teardown')).toMatchObject({
        ok: false,
        error: { message: 'no teardown' },
      });
    });
  });

  describe('errors', () => {
    it('fails setup with each bad field of the input named', async () => {
      const { host, execution } = await begin({
        plugin: 'contract.doubles',
        input: { x: 'a', by: 'b' },
      });
      execution.run('setup');
      const outcome = await host.untilSettled('setup');
      expect(outcome).toMatchObject({
        ok: false,
        error: {
          name: 'RunstateError',
          code: 'INVALID_INPUT',
          fields: [{ path: 'x' }, { path: 'by' }],
        },
      });
      expect(outcome.ok ? null : outcome.error).toBeInstanceOf(RunstateError);
    });

    it('fails process when its output is not what the schema takes', async () => {
      expect(await errorOf({ plugin: 'contract.returnsText' })).toMatchObject({
        code: 'INVALID_OUTPUT',
        fields: [{ path: 'y' }],
      });
    });

    it('fails process when its output cannot be stored, saying where', async () => {
      expect(await errorOf({ plugin: 'contract.returnsDate' })).toMatchObject({
        code: 'NOT_STORABLE',
        message: 'The value at `output.frames[0].at` cannot be stored as JSON: it is a Date.',
      });
    });

    it('keeps name, message, code, fields, stack and cause of an error', async () => {
      const error = await failure('coded');
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ exitCode: 7 });
      expect(describeError(error, 'process', 1)).toMatchObject({
        code: 'MOTOR_STUCK',
        message: 'could not move',
        fields: [{ path: 'axes[1]', message: 'does not move' }],
        stack: expect.stringContaining('contract.mjs'),
        cause: { name: 'RangeError', code: 'LIMIT', message: 'the motor is at its limit' },
      });
    });

    it('keeps the class of errors that both sides have', async () => {
      expect(await failure('typed')).toBeInstanceOf(TypeError);
      expect(await failure('permanent')).toMatchObject({ name: 'PermanentFailure' });
      expect(describeError(await failure('permanent'), 'process', 1).isPermanent).toBe(true);
    });

    it('tells of a rejection like of a throw', async () => {
      expect(await failure('later')).toMatchObject({ message: 'later' });
    });

    it('tells of whatever else is thrown', async () => {
      expect(await failure('text')).toBe('a text');
      expect(await failure('nothing')).toBeUndefined();
      expect(describeError(await failure('function'), 'process', 1).code).toBe('PLUGIN_FAILED');
      expect(describeError(await failure('endless'), 'process', 1).message).toBe('endless');
    });

    it('throws what `log.error` is told to raise', async () => {
      expect(await errorOf({ plugin: 'contract.raises' })).toMatchObject({ message: 'raised' });
    });
  });
}
