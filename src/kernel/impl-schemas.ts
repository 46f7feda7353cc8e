const separator = ';';

/**
 * The names of data formats in LUTE's text form (`"a;b"`) or as a list: trimmed, without empty and
 * repeated ones. Null when none is named.
 */
export function readImplSchemas(
  given: string | readonly string[] | null | undefined,
): readonly string[] | null {
  const texts = typeof given === 'string' ? [given] : (given ?? []);
  const names = texts
    .flatMap((text) => text.split(separator))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? null : [...new Set(names)];
}

/** The names of data formats as LUTE writes them, `"a;b"`; null when none is named. */
export function writeImplSchemas(names: readonly string[] | null | undefined): string | null {
  return readImplSchemas(names)?.join(separator) ?? null;
}
