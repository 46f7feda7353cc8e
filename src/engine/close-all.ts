/** Frees one thing. */
export type Closer = () => void | Promise<void>;

/**
 * Frees everything, the last first. What fails keeps nothing else from being freed; the first failure
 * is thrown in the end.
 */
export async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
