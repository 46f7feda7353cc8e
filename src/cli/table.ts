import Table from 'cli-table3';

/** A column of a table. */
export interface Column {
  readonly head: string;
  /** It may be cut where the terminal is too narrow. */
  readonly isFlexible?: boolean;
  /** Its cells are cut at their start, because their end tells more. */
  readonly keepsEnd?: boolean;
  readonly align?: 'left' | 'right';
}

/** No column is cut to less, in characters. */
const narrowest = 10;
const gap = 2;

/** cli-table3 takes a time that grows with the square of the rows, so it is given so many at once. */
const rowsAtOnce = 100;

const noLines = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
);

/** How wide each column is: as wide as what it holds, the widest flexible ones cut to what is there. */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number,
): number[] {
  const widths = columns.map(({ head }, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), head.length),
  );
  const total = () => widths.reduce((sum, width) => sum + gap + width, -gap);
  for (let over = total() - available; over > 0; over = total() - available) {
    const flexible = columns.flatMap(({ isFlexible }, index) =>
      isFlexible === true && (widths[index] ?? 0) > narrowest ? [index] : [],
    );
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/**
 * A table without lines.
 *
 * @param available the terminal's width in characters; null where nothing is to be cut
 * @param paint is given each cell, cut as it is shown
 */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number | null,
  paint: (text: string, column: number) => string = (text) => text,
): string {
  const widths = columnWidths(columns, rows, available ?? Number.POSITIVE_INFINITY);
  const cells = rows.map((row) =>
    row.map((text, index) =>
      paint(cut(text, widths[index] ?? 0, columns[index]?.keepsEnd === true), index),
    ),
  );
  const lines = blockLines(columns, cells.slice(0, rowsAtOnce), widths);
  for (let done = rowsAtOnce; done < cells.length; done += rowsAtOnce) {
    lines.push(...blockLines(columns, cells.slice(done, done + rowsAtOnce), widths).slice(1));
  }
  return lines.join('\n');
}

/** Some rows under the heads, which make every block as wide as the whole table. */
function blockLines(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
): string[] {
  const aligned = columns.map(({ align = 'left' }) => align);
  const table = new Table({
    head: columns.map(({ head }, index) => {
      const width = widths[index] ?? 0;
      return aligned[index] === 'left' ? head.padEnd(width) : head.padStart(width);
    }),
    colAligns: aligned,
    chars: { ...noLines, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...cells.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function cut(text: string, width: number, keepsEnd: boolean): string {
  if (text.length <= width) return text;
  return keepsEnd ? `…${text.slice(1 - width)}` : `${text.slice(0, width - 1)}…`;
}
