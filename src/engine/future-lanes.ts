/** Questions to a source that are under way at once. */
const laneCount = 32;

/**
 * Calls `work` with each item, a few at a time. After a failure no more are begun; it is thrown when
 * those under way have ended.
 */
export async function inLanes<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of left) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => void failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(laneCount, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
