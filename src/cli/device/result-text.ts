import { valueJson } from './value-json.ts';
import { isEncoded, listOf, valueText } from './value-text.ts';

/** A list of plain values is cut to the terminal; what has a structure is shown as JSON. */
export function resultText(result: unknown, width: number | null): string {
  const list = listOf(result);
  const isPlain =
    list === null
      ? typeof result !== 'object' || isEncoded(result)
      : list.every((item) => typeof item !== 'object');
  if (typeof result === 'string') return result;
  return isPlain ? valueText(result, {}, width) : JSON.stringify(valueJson(result), null, 2);
}
