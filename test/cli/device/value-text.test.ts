import { describe, expect, it } from 'vitest';
import { imageLines, valueText } from '../../../src/cli/device/value-text.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('valueText', () => {
  it.each([
    [12.5, {}, '12.5'],
    [12.5, { unit: 'mm' }, '12.5 mm'],
    [Number.NaN, {}, 'NaN'],
    [2n ** 63n, {}, '9223372036854775808'],
    [true, {}, 'true'],
    ['ON', {}, 'ON'],
    ['', {}, '""'],
    ['two\nlines\u001B[2J', {}, 'two lines [2J'],
    [null, { unit: 'mm' }, '(no value)'],
    [undefined, {}, '(no value)'],
    [1, { labels: ['MANUAL', 'AUTO'] }, 'AUTO (1)'],
    [7, { labels: ['MANUAL', 'AUTO'] }, '7'],
    [[0, 1], { labels: ['MANUAL', 'AUTO'] }, '[MANUAL (0), AUTO (1)]'],
    [[], {}, '[]'],
    [['a, b', 'c'], {}, '["a, b", "c"]'],
    [new Float64Array([1, 2.5]), { unit: 'V' }, '[1, 2.5] V'],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      {},
      '2 × 3 values',
    ],
    [{ format: 'JPEG_GRAY8', data: new Uint8Array(1_024) }, {}, '1024 bytes of JPEG_GRAY8'],
    [{ format: '', data: new Uint8Array(1) }, {}, '1 byte'],
    [{ a: 1 }, {}, '{"a":1}'],
  ])('shows value %# of the table', (value, shown, text) => {
    expect(valueText(value, shown, null)).toBe(text);
  });

  it('cuts a long list to the terminal and says how much is not shown', () => {
    const text = valueText(upTo(4_096), { unit: 'counts' }, 40);
    expect(text).toBe('[0, 1, 2, 3, 4, … 4091 more] counts');
  });

  it.each([12, 20, 33, 47, 80, 200])('is no wider than %i characters', (width) => {
    for (const count of [1, 2, 5, 40, 4_096]) {
      const text = valueText(upTo(count), {}, width);
      expect(text.length).toBeLessThanOrEqual(Math.max(width, '[0, … 4095 more]'.length));
    }
  });

  it('cuts nothing where there is no terminal', () => {
    expect(valueText(upTo(4_096), {}, null)).toContain('4095]');
  });
});

describe('imageLines', () => {
  const image = Array.from({ length: 20 }, () => upTo(500));

  it('shows the first rows, each cut to the terminal', () => {
    const lines = imageLines(image, {}, 40);
    expect(lines).toHaveLength(13);
    expect(lines[0]).toMatch(/^\[0, 1, .*… \d+ more\]$/);
    expect(lines.at(-1)).toBe('… 8 more rows');
  });

  it('shows all rows where there is no terminal', () => {
    expect(imageLines(image, {}, null)).toHaveLength(20);
  });

  it('has no line for what is no image', () => {
    expect([imageLines(3, {}, 40), imageLines([1, 2], {}, 40), imageLines([], {}, 40)]).toEqual([
      [],
      [],
      [],
    ]);
  });
});
