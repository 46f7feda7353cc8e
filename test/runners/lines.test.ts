import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/runners/lines.ts';

function split(...chunks: readonly (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

describe('LineSplitter', () => {
  it('cuts text into lines, wherever its chunks end', () => {
    expect(split('a\nb', 'c\n', '\nd')).toEqual(['a', 'bc', '', 'd']);
  });

  it('takes the line ends of Windows', () => {
    expect(split('a\r\nb\r\n')).toEqual(['a', 'b']);
  });

  it('keeps a character whole whose bytes come apart', () => {
    const bytes = Buffer.from('20 µm\n');
    expect(split(bytes.subarray(0, 4), bytes.subarray(4))).toEqual(['20 µm']);
  });

  it('hands on a line without end in pieces', () => {
    expect(split('x'.repeat(100_000), 'x'.repeat(100_000)).map(({ length }) => length)).toEqual([
      65_536, 65_536, 65_536, 3_392,
    ]);
  });

  it('has nothing to flush after a line’s end', () => {
    expect(split('a\n')).toEqual(['a']);
  });
});
