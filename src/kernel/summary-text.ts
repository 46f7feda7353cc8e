const separator = ';';

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return asText(part);
  return Object.entries(part)
    .map(([key, value]) => `${key}: ${asText(value)}`)
    .join(separator);
}

/**
 * A result's summary, or its payload, in LUTE's text form: a text stays as it is, a dictionary is
 * `"a: 1;b: 2"`, the parts of a list are joined by `;`, plain texts among them too. What is nested
 * deeper is written as JSON; nothing (null) is an empty text.
 */
export function summaryText(summary: unknown): string {
  if (summary === null || summary === undefined) return '';
  return Array.isArray(summary) ? summary.map(partText).join(separator) : partText(summary);
}
