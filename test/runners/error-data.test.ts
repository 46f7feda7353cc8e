import { describe, expect, it } from 'vitest';
import { PermanentFailure, RunstateError } from '../../src/kernel/errors.ts';
import { JobLaunchError } from '../../src/wire/remote-job-errors.ts';
import { reviveReason, reviveThrown, toThrownData } from '../../src/runners/error-data.ts';

/** There and back again over a channel. */
const cross = (thrown: unknown, reason: unknown = null): unknown =>
  reviveThrown(structuredClone(toThrownData(thrown, reason)), reason);

describe('toThrownData', () => {
  it('keeps name, message, stack, code and the short values of an error', () => {
    const error = Object.assign(new TypeError('no axis'), { code: 'NO_AXIS', errno: -2, on: true });
    const revived = cross(error);
    expect(revived).toBeInstanceOf(TypeError);
    expect(revived).toMatchObject({ message: 'no axis', code: 'NO_AXIS', errno: -2, on: true });
    expect(revived).toHaveProperty('name', 'TypeError');
    expect(revived).toHaveProperty('stack', error.stack);
  });

  it('keeps the class of runstate’s own errors, with their fields', () => {
    const fields = [{ path: 'x', message: 'is missing' }];
    const revived = cross(new RunstateError('INVALID_INPUT', ['a', 'b'], { fields, taskId: 4 }));
    expect(revived).toBeInstanceOf(RunstateError);
    expect(revived).toMatchObject({ code: 'INVALID_INPUT', fields, taskId: 4 });
    expect(cross(new PermanentFailure('broken'))).toBeInstanceOf(PermanentFailure);
    const launch = cross(new JobLaunchError('refused'));
    expect(launch).toBeInstanceOf(JobLaunchError);
    expect(launch).toMatchObject({ name: 'JobLaunchError', code: 'JOB_LAUNCH_FAILED' });
  });

  it('keeps the name of a class that only one side has', () => {
    class MotorError extends Error {
      override readonly name = 'MotorError';
    }
    expect(cross(new MotorError('stuck'))).toMatchObject({ name: 'MotorError', message: 'stuck' });
  });

  it('keeps a code that is an accessor of the class', () => {
    expect(cross(new DOMException('stopped', 'AbortError'))).toMatchObject({
      name: 'AbortError',
      code: 20,
    });
  });

  it('leaves out what cannot be copied', () => {
    const error = Object.assign(new Error('e'), { socket: () => {}, fields: [() => {}] });
    expect(Object.keys(cross(error) as object)).toEqual([]);
  });

  it('keeps causes, and cuts an endless chain of them', () => {
    const cause = Object.assign(new Error('inner'), { code: 'INNER' });
    expect(cross(new Error('outer', { cause }))).toMatchObject({ cause: { code: 'INNER' } });
    const endless = new Error('endless');
    endless.cause = endless;
    expect(cross(endless)).toMatchObject({ message: 'endless', cause: { message: 'endless' } });
  });

  it('gives the abort reason back as itself, as a cause too', () => {
    const reason = new Error('cancelled');
    expect(cross(reason, reason)).toBe(reason);
    expect((cross(new Error('stopped', { cause: reason }), reason) as Error).cause).toBe(reason);
  });

  it.each([[undefined], [null], ['text'], [5], [{ a: [1] }]])(
    'keeps the thrown value %j',
    (value) => {
      expect(cross(value)).toEqual(value);
    },
  );

  it('puts a value that cannot be copied into words', () => {
    expect(cross(() => {})).toContain('thrown value');
    expect(cross(Symbol('s'))).toContain('thrown value');
  });

  it('never throws, whatever the error’s accessors do', () => {
    const hostile = Object.defineProperty(new Error('e'), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(cross(hostile)).toBe('something that cannot be described');
  });
});

describe('reviveThrown', () => {
  it.each([
    [{ kind: 'error', error: null }],
    [{ kind: 'error' }],
    [{ kind: 'error', error: { message: { toString: 5 } } }],
  ])('makes an error of the malformed %j', (data) => {
    expect(reviveThrown(data)).toBeInstanceOf(Error);
  });

  it('ends on data that contain themselves', () => {
    const error: Record<string, unknown> = { name: 'E', message: 'm', details: {} };
    error['cause'] = { kind: 'error', error };
    expect(reviveThrown({ kind: 'error', error })).toMatchObject({ message: 'm' });
  });
});

describe('reviveReason', () => {
  it('makes an error of a reason that is none', () => {
    expect(reviveReason(toThrownData('stop'))).toMatchObject({ name: 'Error', message: 'stop' });
  });
});
