import { describe, expect, it } from 'vitest';
import { deviceVerbs, verbFirst } from '../../../src/cli/device/device-arguments.ts';

describe('verbFirst', () => {
  it.each(deviceVerbs)('takes %s after the name of the device', (verb) => {
    expect(verbFirst(['device', 'sys/tg_test/1', verb, 'x', '--json'])).toEqual([
      'device',
      verb,
      'sys/tg_test/1',
      'x',
      '--json',
    ]);
  });

  it('gives the help of all of them for a device alone', () => {
    expect(verbFirst(['device', 'a/b/c', '--help'])).toEqual(['device', '--help']);
  });

  it('takes a device whose name is a verb', () => {
    expect(verbFirst(['device', 'read', 'info'])).toEqual(['device', 'info', 'read']);
  });

  it.each([
    [['device', 'serve', 'file.ts']],
    [['device', '--help']],
    [['device', 'read', '--help']],
    [['device']],
    [['run', 'info', 'read']],
  ])('leaves %j alone', (args) => {
    expect(verbFirst(args)).toEqual(args);
  });

  it.each([
    [['device', 'a/b/c', 'reed', 'x'], /`reed` cannot be done with device a\/b\/c.*read/],
    [['device', 'a/b/c'], /say what to do with device a\/b\/c: info/],
    [['device', 'a/b/c', '--json'], /say what to do/],
  ])('refuses %j and says what there is', (args, message) => {
    expect(() => verbFirst(args)).toThrow(message);
  });
});
