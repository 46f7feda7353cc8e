/** What a signal is fired with when background work is told to stop. */
export const abortError = (name: string): DOMException =>
  new DOMException(`"${name}" was told to stop.`, 'AbortError');

/** Whether `thrown` says no more than that `signal` has fired. */
export function isOfAbort(signal: AbortSignal, thrown: unknown): boolean {
  if (!signal.aborted) return false;
  if (thrown === signal.reason) return true;
  try {
    if (!(thrown instanceof Error)) return false;
    return thrown.name === 'AbortError' || thrown.cause === signal.reason;
  } catch {
    // A thrown object may throw again when it is looked at.
    return false;
  }
}
