import { errorData } from '../terminal.ts';

/**
 * A device's value as JSON can carry it: what is no finite number, and a whole number too large to be
 * exact, become text; bytes become `{ base64 }`, other typed arrays lists; errors what they say.
 */
export function valueJson(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object':
      return value === null ? null : objectJson(value);
    default:
      return value;
  }
}

function objectJson(value: object): unknown {
  if (Array.isArray(value)) return value.map(valueJson);
  if (value instanceof Error) return errorData(value);
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return [...(value as unknown as Iterable<unknown>)].map(valueJson);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueJson(item)]));
}
