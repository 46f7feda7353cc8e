/** How many letters must be added, dropped or changed to make `b` of `a`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of a.split('').entries()) {
    const next = [index + 1];
    for (const [column, other] of b.split('').entries()) {
      const change = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The names a person may have meant by `wanted`, the likeliest first; at most three. */
export function closeNames(wanted: string, names: readonly string[]): string[] {
  const typed = wanted.toLowerCase();
  const farthest = Math.max(2, Math.floor(typed.length / 4));
  return names
    .map((name) => {
      const known = name.toLowerCase();
      const isSamePart = lastPart(known) === lastPart(typed);
      return { name, distance: isSamePart ? 1 : editDistance(typed, known) };
    })
    .filter(({ distance }) => distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance || a.name.localeCompare(b.name, 'en'))
    .slice(0, 3)
    .map(({ name }) => name);
}
