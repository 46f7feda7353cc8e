import { describe, expect, it } from 'vitest';
import { PermanentFailure, RunstateError } from '../../src/kernel/errors.ts';
import { describeCause, describeError, messageOf, taskError } from '../../src/kernel/task-error.ts';

describe('messageOf', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each([
    [new Error('no beam'), 'no beam'],
    [new TypeError(''), 'TypeError'],
    ['plain text', 'plain text'],
    ['', ''],
    [undefined, 'thrown value: undefined'],
    [null, 'thrown value: null'],
    [5, 'thrown value: 5'],
    [5n, 'thrown value: [object BigInt]'],
    [Symbol('x'), 'thrown value: Symbol(x)'],
    [{ status: 503 }, 'thrown value: {"status":503}'],
    [circle, 'thrown value: [object Object]'],
  ])('puts %o in words', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });
});

describe('describeError', () => {
  it('keeps code, cause, traceback and where it was', () => {
    const cause = Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = describeError(new Error('no detector', { cause }), 'setup', 2);
    expect(error).toMatchObject({
      code: 'PLUGIN_FAILED',
      message: 'no detector',
      phase: 'setup',
      attempt: 2,
      cause: { name: 'Error', message: 'ECONNREFUSED', code: 'ECONNREFUSED', cause: null },
    });
    expect(error.stack).toContain('no detector');
    expect(error).not.toHaveProperty('isPermanent');
    expect(error).not.toHaveProperty('fields');
  });

  it("takes an error's own code, if it is text", () => {
    const coded = (code: unknown) =>
      describeError(Object.assign(new Error('x'), { code }), 'process', 1);
    expect(coded('BEAM_LOST').code).toBe('BEAM_LOST');
    expect(coded(7).code).toBe('PLUGIN_FAILED');
  });

  it('marks what is permanent, and keeps fields at fault', () => {
    expect(describeError(new PermanentFailure('never'), 'process', 1).isPermanent).toBe(true);
    const fields = [{ path: 'x', message: 'is missing' }];
    const invalid = new RunstateError('INVALID_OUTPUT', ['a.b', ''], { fields });
    expect(describeError(invalid, 'process', 1)).toMatchObject({ code: 'INVALID_OUTPUT', fields });
  });

  it.each([undefined, null, 'text', 5, {}, []])('takes whatever was thrown: %o', (thrown) => {
    const error = describeError(thrown, 'process', 1);
    expect(error).toMatchObject({ code: 'PLUGIN_FAILED', cause: null });
    expect(error).not.toHaveProperty('stack');
  });

  it('can be stored', () => {
    const deep = Array.from({ length: 50 }).reduce<Error>(
      (cause, _, index) => new Error(`level ${index}`, { cause }),
      new Error('root'),
    );
    const described = describeError(deep, 'teardown', 1);
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  });
});

describe('describeCause', () => {
  it('cuts a chain that never ends', () => {
    const error = new Error('a');
    error.cause = error;
    let depth = 0;
    for (let cause = describeCause(error); cause !== null; cause = cause.cause) depth += 1;
    expect(depth).toBe(8);
  });

  it('describes what is no error', () => {
    expect(describeCause('text')).toEqual({ name: 'string', message: 'text', cause: null });
  });
});

describe('taskError', () => {
  it('is of the table', () => {
    expect(taskError('ATTEMPT_TIMEOUT', [500], 'process', 3)).toEqual({
      code: 'ATTEMPT_TIMEOUT',
      message: 'The attempt took longer than timeoutMs (500 ms).',
      phase: 'process',
      attempt: 3,
      cause: null,
    });
  });
});
