import { counted, oneLine } from '../words.ts';
import { valueJson } from './value-json.ts';

/** What is known of an attribute, so far as its values are shown by it. */
export interface ShownAttribute {
  readonly unit?: string | undefined;
  /** The labels of an enumeration, by value. */
  readonly labels?: readonly string[] | undefined;
}

/** Bytes in a format that they name, as TANGO's `DevEncoded` has them. */
interface Encoded {
  readonly format: string;
  readonly data: Uint8Array;
}

export const isEncoded = (value: unknown): value is Encoded =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  typeof value.format === 'string' &&
  'data' in value &&
  value.data instanceof Uint8Array;

type List = readonly unknown[];

/** A list, or the items of a typed array; null for anything else. */
export function listOf(value: unknown): List | null {
  if (Array.isArray(value)) return value;
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? [...(value as unknown as Iterable<unknown>)]
    : null;
}

function scalarText(value: unknown, { labels }: ShownAttribute): string {
  if (typeof value === 'number' && labels?.[value] !== undefined) {
    return `${oneLine(labels[value])} (${value})`;
  }
  if (typeof value === 'string') return value === '' ? '""' : oneLine(value);
  if (value === null || value === undefined) return '(no value)';
  if (isEncoded(value)) {
    const format = value.format === '' ? '' : ` of ${oneLine(value.format)}`;
    return `${counted(value.data.length, 'byte')}${format}`;
  }
  const isPlain =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isPlain ? String(value) : oneLine(JSON.stringify(valueJson(value)) ?? typeof value);
}

/** In a list texts are quoted, so that they can be told apart. */
const itemText = (item: unknown, shown: ShownAttribute): string =>
  typeof item === 'string' ? JSON.stringify(oneLine(item)) : scalarText(item, shown);

/** Room for what says how many items are not shown. */
const restLength = 16;

/** Items of a list between brackets, so many as there is room for. */
function listText(list: List, shown: ShownAttribute, width: number | null): string {
  const parts: string[] = [];
  let length = 2;
  for (const [index, item] of list.entries()) {
    const nested = listOf(item);
    const text = nested === null ? itemText(item, shown) : listText(nested, shown, width);
    length += text.length + 2;
    if (width !== null && length + restLength > width && index > 0) {
      return `[${parts.join(', ')}, … ${list.length - index} more]`;
    }
    parts.push(text);
  }
  return `[${parts.join(', ')}]`;
}

const isImage = (list: List): boolean => list.length > 0 && list.every((row) => listOf(row));

/**
 * A value on one line.
 *
 * @param width in characters; null where nothing is to be cut
 */
export function valueText(value: unknown, shown: ShownAttribute, width: number | null): string {
  const list = listOf(value);
  const unit = value === null || shown.unit === undefined ? '' : oneLine(shown.unit);
  const end = unit === '' ? '' : ` ${unit}`;
  if (list === null) return `${scalarText(value, shown)}${end}`;
  if (isImage(list)) return `${list.length} × ${listOf(list[0])?.length ?? 0} values${end}`;
  return `${listText(list, shown, width === null ? null : width - end.length)}${end}`;
}

/** So many rows of an image are shown on a terminal. */
const mostRows = 12;

/** The rows of an image, one on a line; none for any other value. */
export function imageLines(value: unknown, shown: ShownAttribute, width: number | null): string[] {
  const list = listOf(value);
  if (list === null || !isImage(list)) return [];
  const most = width === null ? list.length : mostRows;
  const lines = list.slice(0, most).map((row) => listText(listOf(row) ?? [], shown, width));
  return list.length > most ? [...lines, `… ${counted(list.length - most, 'more row')}`] : lines;
}
