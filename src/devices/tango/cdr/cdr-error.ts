/** Bytes that are no CDR, or values that CDR cannot carry. Who knows the device names it. */
export class CdrError extends Error {
  override readonly name = 'CdrError';
}
