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
    Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)),
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
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: { ...noLines, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    table.push(
      row.map((text, index) =>
        paint(cut(text, widths[index] ?? 0, columns[index]?.keepsEnd === true), index),
      ),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function cut(text: string, width: number, keepsEnd: boolean): string {
  if (text.length <= width) return text;
  return keepsEnd ? `…${text.slice(1 - width)}` : `${text.slice(0, width - 1)}…`;
}
