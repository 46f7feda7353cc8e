/** Whether what was thrown only says that the attempt was told to stop. */
export function isInterruption(thrown: unknown, reason: Error): boolean {
  for (let next = thrown, depth = 0; next instanceof Error && depth < 8; depth += 1) {
    if (next === reason || next.name === 'AbortError') return true;
    if (next.name === reason.name && next.message === reason.message) return true;
    next = next.cause;
  }
  return false;
}
