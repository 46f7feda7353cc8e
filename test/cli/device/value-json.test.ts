import { describe, expect, it } from 'vitest';
import { valueJson } from '../../../src/cli/device/value-json.ts';
import { RunstateError } from '../../../src/index.ts';

describe('valueJson', () => {
  it.each([
    [1.5, 1.5],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [12n, 12],
    [2n ** 63n, '9223372036854775808'],
    ['ON', 'ON'],
    [null, null],
    [
      [1, Number.NaN],
      [1, 'NaN'],
    ],
    [new Float32Array([0.5]), [0.5]],
    [new BigInt64Array([5n]), [5]],
    [new Uint8Array([1, 2]), { base64: 'AQI=' }],
    [
      { format: 'RAW', data: Buffer.from([255]) },
      { format: 'RAW', data: { base64: '/w==' } },
    ],
  ])('gives value %# of the table as JSON', (value, json) => {
    expect(valueJson(value)).toEqual(json);
    expect(() => JSON.stringify(valueJson(value))).not.toThrow();
  });

  it('gives what an error says', () => {
    const error = new RunstateError('DEVICE_CLOSED', ['a/b/c']);
    expect(valueJson({ type: 'error', error })).toMatchObject({
      type: 'error',
      error: { code: 'DEVICE_CLOSED' },
    });
  });
});
