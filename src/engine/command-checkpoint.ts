/** What is kept of a command: that it was about to be sent, and then the id that the device gave. */
export interface CommandCheckpoint {
  /** When it was sent at the earliest, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly commandId?: string;
  readonly isPaused?: boolean;
}

/** Reads what an earlier attempt kept; null when nothing had been sent. */
export function readSent(checkpoint: unknown): CommandCheckpoint | null {
  if (typeof checkpoint !== 'object' || checkpoint === null) return null;
  if (!('sentAt' in checkpoint) || typeof checkpoint.sentAt !== 'number') return null;
  return checkpoint as CommandCheckpoint;
}
