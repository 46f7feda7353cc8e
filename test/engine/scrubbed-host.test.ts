import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ScrubbedHost } from '../../src/engine/scrubbed-host.ts';
import { PermanentFailure, RunstateError } from '../../src/kernel/errors.ts';
import { describeError } from '../../src/kernel/task-error.ts';
import { scrubOf } from '../../src/wire/scrub.ts';
import { RecordingHost } from '../runners/recording-host.ts';

const word = 'hunter2';

const begun = (
  stopReason: Error | null = null,
): { readonly host: ScrubbedHost; readonly told: RecordingHost } => {
  const told = new RecordingHost();
  const scrub = scrubOf([word]) ?? expect.fail('nothing to take out');
  return { host: new ScrubbedHost(told, scrub, () => stopReason), told };
};

/** What the engine is told when process throws. */
const thrownAs = (thrown: unknown, stopReason: Error | null = null): unknown => {
  const { host, told } = begun(stopReason);
  host.settled('process', { ok: false, error: thrown });
  const [event] = told.all('settled');
  return event?.outcome.ok === false ? event.outcome.error : expect.fail('no failure');
};

describe('ScrubbedHost', () => {
  it('takes secrets out of all that the code tells', async () => {
    const { host, told } = begun();
    host.progress(10, `at ${word}`);
    host.progress(20);
    host.log('info', `with ${word}`, { url: `?key=${word}`, [word]: [word] });
    host.log('warn', 'without');
    host.summary({ key: word });
    host.payload([word]);
    await host.checkpoint({ key: word, frame: 3 });
    host.parked();
    host.settled('process', { ok: true, value: { key: word, n: 1 } });
    host.lost(new Error(`exit: ${word}`, { cause: new Error(word) }));
    expect(inspect(told.events, { depth: 20, showHidden: true })).not.toContain(word);
    expect(told.events).toMatchObject([
      { type: 'progress', percent: 10, message: 'at [secret]' },
      { type: 'progress', percent: 20, message: undefined },
      {
        type: 'log',
        message: 'with [secret]',
        fields: { url: '?key=[secret]', '[secret]': ['[secret]'] },
      },
      { type: 'log', message: 'without', fields: undefined },
      { type: 'summary', value: { key: '[secret]' } },
      { type: 'payload', value: ['[secret]'] },
      { type: 'checkpoint', value: { key: '[secret]', frame: 3 } },
      { type: 'parked' },
      { type: 'settled', outcome: { ok: true, value: { key: '[secret]', n: 1 } } },
      { type: 'lost', error: { message: 'exit: [secret]' } },
    ]);
  });

  it('takes secrets out of an error, its stack, its fields and its causes', () => {
    const cause = Object.assign(new TypeError(`bad ${word}`), { code: `E_${word}` });
    const fields = [{ path: word, message: `is ${word}` }];
    const error = new RunstateError('INVALID_OUTPUT', ['p', word], { cause, fields });
    const seen = thrownAs(error);
    expect(inspect(seen, { depth: 20, showHidden: true })).not.toContain(word);
    expect(JSON.stringify(describeError(seen, 'process', 1))).not.toContain(word);
    expect(seen).toBeInstanceOf(RunstateError);
    expect(seen).toMatchObject({
      code: 'INVALID_OUTPUT',
      fields: [{ path: '[secret]', message: 'is [secret]' }],
      cause: { name: 'TypeError', code: 'E_[secret]' },
    });
  });

  it('keeps what an error says of itself beside secrets', () => {
    expect(thrownAs(new PermanentFailure('broken'))).toBeInstanceOf(PermanentFailure);
    expect(thrownAs({ key: word })).toEqual({ key: '[secret]' });
    expect(thrownAs(`no ${word}`)).toBe('no [secret]');
    expect(thrownAs(undefined)).toBeUndefined();
  });

  it('gives the reason of a stop on as itself', () => {
    const reason = new Error('cancelled');
    expect(thrownAs(reason, reason)).toBe(reason);
    expect(thrownAs(new Error('stopped', { cause: reason }), reason)).toHaveProperty(
      'cause',
      reason,
    );
  });

  it('takes messages for texts that are none', () => {
    const { host, told } = begun();
    host.log('info', { toString: () => word } as never);
    expect(told.all('log')).toMatchObject([{ message: '[secret]' }]);
  });

  it('hands on where the attempt runs, and what it waits for', async () => {
    const { host, told } = begun();
    const place = { pid: 5, startedAt: 'boot:1', host: 'here' };
    await host.placed(place);
    expect(told.places).toEqual([place]);
    void host.waitFor(3);
    expect(told.all('waitFor')).toMatchObject([{ taskId: 3 }]);
  });
});
