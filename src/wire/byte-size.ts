const bytesOfNumber = 8;
const bytesOfCharacter = 2;
/** What an object or an entry of it costs beside its content. */
const bytesOfReference = 16;

const isBuffer = (value: object): value is { readonly byteLength: number } =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;

const contentOf = (value: object): Iterable<unknown> => {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set || Array.isArray(value)) return value;
  return Object.entries(value).flat();
};

/**
 * About how many bytes of memory a value takes: exact for buffers and typed arrays, which are what
 * fills memory; text counts two bytes a character, and what is reached twice counts once.
 */
export function byteSize(value: unknown): number {
  const seen = new Set<unknown>();
  const pending: unknown[] = [value];
  let bytes = 0;
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item === 'string') bytes += item.length * bytesOfCharacter;
    else if (typeof item !== 'object' || item === null) bytes += bytesOfNumber;
    else if (!seen.has(item)) {
      seen.add(item);
      bytes += isBuffer(item) ? item.byteLength : bytesOfReference;
      if (!isBuffer(item)) for (const part of contentOf(item)) pending.push(part);
    }
  }
  return bytes;
}
