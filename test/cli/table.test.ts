import { describe, expect, it } from 'vitest';
import { paintFor, paintStatus } from '../../src/cli/paint.ts';
import { columnWidths, tableText } from '../../src/cli/table.ts';
import { durationText, oneLine, plainText } from '../../src/cli/words.ts';

const columns = [
  { head: 'id', align: 'right' as const },
  { head: 'plugin', isFlexible: true, keepsEnd: true },
  { head: 'error', isFlexible: true },
];
const rows = [
  ['1', 'example.square', ''],
  ['1234', 'a.plugin.with.a.very.long.name', 'an error that has a lot to say for itself'],
];

describe('a table', () => {
  it('is as wide as what it holds where there is no terminal', () => {
    expect(tableText(columns, rows, null).split('\n')).toEqual([
      '  id  plugin                          error',
      '   1  example.square',
      '1234  a.plugin.with.a.very.long.name  an error that has a lot to say for itself',
    ]);
  });

  it('cuts its widest flexible columns to a terminal', () => {
    const text = tableText(columns, rows, 50);
    expect(text.split('\n').every((line) => line.length <= 50)).toBe(true);
    expect(text).toContain('1234  …ith.a.very.long.name  an error that has a …');
  });

  it('holds its columns through thousands of rows', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => [
      String(index),
      index === 999 ? 'the.longest.name' : 'short',
      'failed',
    ]);
    const lines = tableText(columns, many, null).split('\n');
    expect(lines).toHaveLength(many.length + 1);
    expect(new Set(lines.map((line) => line.length))).toEqual(
      new Set([lines[0]?.length, (lines[0]?.length ?? 0) + 1]),
    );
    expect(lines.filter((line) => line.includes('plugin'))).toHaveLength(1);
    expect(lines.at(-1)).toBe('999  the.longest.name  failed');
  });

  it('takes more rows than a call may have arguments', () => {
    const many = Array.from({ length: 300_000 }, () => ['1', 'a', 'b']);
    expect(columnWidths(columns, many, 80)).toEqual([2, 6, 5]);
  });

  it('never cuts a column to nothing', () => {
    expect(columnWidths(columns, rows, 5)).toEqual([4, 10, 10]);
  });
});

describe('words', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1_234, '1.2 s'],
    [59_900, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h 0 min'],
    [12_345_678, '3 h 26 min'],
  ])('say %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('keep a terminal from being told what to do', () => {
    expect(oneLine('a\u001B[31mred\nnext\u0007')).toBe('a [31mred next');
    expect(plainText('a\u001B[2J\n\tb')).toBe('a\uFFFD[2J\n\tb');
  });
});

describe('colours', () => {
  const stdout = { isTTY: true };
  const redFailed = '\u001B[31mfailed\u001B[39m';

  it.each([
    ['go to a terminal', stdout, {}, redFailed],
    ['go nowhere else', { isTTY: false }, {}, 'failed'],
    ['are left out with NO_COLOR', stdout, { NO_COLOR: '1' }, 'failed'],
    ['do not mind an empty NO_COLOR', stdout, { NO_COLOR: '' }, redFailed],
  ])('%s', (_, stream, env, text) => {
    expect(paintStatus(paintFor({ stdout: stream, env }), 'failed')).toBe(text);
  });
});
