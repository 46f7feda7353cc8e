const longestShownValue = 60;

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return `${value}n`;
    case 'number':
      return String(value);
    case 'string':
      return JSON.stringify(value.slice(0, longestShownValue));
    default:
      return JSON.stringify(value) ?? String(value);
  }
}

/** A value as an error message shows it, cut to a readable length. */
export function showValue(value: unknown): string {
  let text: string;
  try {
    text = textOf(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > longestShownValue ? `${text.slice(0, longestShownValue)}…` : text;
}
