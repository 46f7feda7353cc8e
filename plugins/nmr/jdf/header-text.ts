/**
 * Where the table of header parameters begins, and how many records it has.
 */
export interface ParameterTable {
  readonly start: number;
  readonly records: number;
}

const recordBytes = 64;
const tableHeaderBytes = 16;
const value = { start: 16, end: 32 } as const;
const name = { start: 36, end: 64 } as const;

/**
 * Text of a header parameter with its spaces, which separate the numbers of a list; undefined if
 * the file has no such parameter.
 *
 * The parameter table is a run of 64-byte records behind a 16-byte head: 16 bytes of value from
 * byte 16, 28 bytes of name from byte 36.
 */
export function headerText(
  bytes: Uint8Array,
  table: ParameterTable,
  parameter: string,
): string | undefined {
  const decoder = new TextDecoder('latin1');
  for (let index = 0; index < table.records; index += 1) {
    const start = table.start + tableHeaderBytes + index * recordBytes;
    const record = bytes.subarray(start, start + recordBytes);
    const title = decoder.decode(record.subarray(name.start, name.end));
    if (title.trim().toLowerCase() === parameter) {
      return decoder.decode(record.subarray(value.start, value.end));
    }
  }
  return undefined;
}
