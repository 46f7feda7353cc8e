import { describe, expect, it } from 'vitest';
import { DeviceCallError } from '../../src/cli/device/device-call-error.ts';
import { errorLines } from '../../src/cli/error-lines.ts';
import { errorData } from '../../src/cli/terminal.ts';
import { DevFailed } from '../../src/kernel/device-errors.ts';

const failed = new DevFailed([
  { reason: 'API_AttrNotFound', severity: 'ERR', description: 'no such\nthing', origin: 'get()' },
  { reason: 'API_AttributeFailed', severity: 'ERR', description: 'cannot read', origin: '' },
]);
const call = new DeviceCallError('read foo of a/b/c', failed);

describe('errorLines', () => {
  it('tells what was asked for, the whole stack from the inside out, and a way out', () => {
    expect(errorLines(call, call.code)).toEqual([
      'error DEV_FAILED: read foo of a/b/c: The device refused with API_AttrNotFound: no such\nthing',
      '  ERR API_AttrNotFound: no such thing (in get())',
      '  ERR API_AttributeFailed: cannot read',
      '  `runstate device <name> info` lists its attributes',
    ]);
  });

  it('tells of an error without a code in one line', () => {
    expect(errorLines(new Error('no room'), undefined)).toEqual(['error: no room']);
  });
});

describe('errorData', () => {
  it('has the stack of a device’s exception', () => {
    expect(errorData(call)).toMatchObject({ code: 'DEV_FAILED', errors: failed.errors });
    expect(errorData(new Error('no room'))).not.toHaveProperty('errors');
  });
});
