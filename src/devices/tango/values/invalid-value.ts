/** A value that does not fit a type of TANGO; says what would. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
  readonly expected: string;
  /** What was given, shortened. */
  readonly got: string;

  constructor(expected: string, got: unknown) {
    const text = describe(got);
    super(`expected ${expected}, got ${text}`);
    this.expected = expected;
    this.got = text;
  }
}

const longest = 80;

const describe = (value: unknown): string => {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  let text: string;
  try {
    text =
      JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ??
      String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
};
