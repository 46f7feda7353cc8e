import { describe, expect, it } from 'vitest';
import {
  errorMessages,
  formatMessage,
  isPermanent,
  PermanentFailure,
  RunstateError,
} from '../../src/kernel/errors.ts';

describe('RunstateError', () => {
  it('fills its message from the table', () => {
    const error = new RunstateError('RESOURCE_TOO_SMALL', ['motor', 1, 2]);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RunstateError',
      code: 'RESOURCE_TOO_SMALL',
      message: 'Resource "motor" has 1 units, and 2 were asked for: the task could never run.',
      fields: [],
      taskId: undefined,
    });
  });

  it('keeps cause, fields and task', () => {
    const cause = new Error('disk full');
    const fields = [{ path: 'x', message: 'is missing' }];
    const error = new RunstateError('LOST', [5, 'gone'], { cause, fields, taskId: 5 });
    expect(error).toMatchObject({ cause, fields, taskId: 5 });
  });

  it('has no cause of its own when none is given', () => {
    expect('cause' in new RunstateError('LOST')).toBe(false);
  });

  it("takes a plugin's own code and text", () => {
    const error = new RunstateError('BEAM_LOST', [], { message: 'no beam' });
    expect([error.code, error.message]).toEqual(['BEAM_LOST', 'no beam']);
  });
});

describe('formatMessage', () => {
  it('leaves what looks like a placeholder in an argument as it is', () => {
    expect(formatMessage('LOST', ['%s', '$& %s'])).toBe('The work of task %s vanished: $& %s');
  });

  it('leaves out what has no argument', () => {
    expect(formatMessage('CANCELLED')).toBe('The task was cancelled.');
  });

  it.each(['toString', '__proto__', 'NO_SUCH_CODE'])('gives %s back as it is', (code) => {
    expect(formatMessage(code)).toBe(code);
  });
});

describe('errorMessages', () => {
  it.each(Object.entries(errorMessages))(
    '%s is a sentence, or what another one said',
    (_, text) => {
      expect(text).toMatch(/^(?:%s$|[A-Z"%`].*(?:\.|%s)$)/);
    },
  );
});

describe('isPermanent', () => {
  it('knows the class and its subclasses', () => {
    class NoSuchTarget extends PermanentFailure {}
    expect([new PermanentFailure('x'), new NoSuchTarget('y')].map(isPermanent)).toEqual([
      true,
      true,
    ]);
  });

  it('knows one of another copy of runstate by its name', () => {
    const foreign = Object.assign(new Error('x'), { name: 'PermanentFailure' });
    expect(isPermanent(foreign)).toBe(true);
  });

  it('finds it behind other errors', () => {
    const wrapped = new Error('outer', {
      cause: new Error('inner', { cause: new PermanentFailure() }),
    });
    expect(isPermanent(wrapped)).toBe(true);
  });

  it('ends on a circle of causes', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(isPermanent(error)).toBe(false);
  });

  it.each([undefined, null, 'PermanentFailure', { name: 'PermanentFailure' }])(
    'takes %o for no error',
    (thrown) => {
      expect(isPermanent(thrown)).toBe(false);
    },
  );
});
