import { describe, expect, it } from 'vitest';
import { chooseProtocol } from '../../src/streams/lrc-protocol.ts';

describe('chooseProtocol', () => {
  it.each([
    [[1n, 2n], 2],
    [[1, 1], 1],
    [[2], 2],
    [[1, 5], 2],
    [new BigInt64Array([1n, 2n]), 2],
    ['2', 2],
    [null, 1],
    [[], 1],
    [undefined, 1],
    [['x'], 1],
  ])('chooses for %o version %i', (told, version) => {
    expect(chooseProtocol('sim:x', told)).toBe(version);
  });

  it('refuses a device that is too new', () => {
    expect(() => chooseProtocol('sim:x', [3, 4])).toThrow('versions 3, 4');
  });
});
