/**
 * A process, so that it can be told from another one that got its number later: after a restart of
 * the engine, or of the machine.
 */
export interface ProcessIdentity {
  /** Also the number of its process group. */
  readonly pid: number;
  /** When it was started, in the system's own words (boot and ticks since then); null if unknown. */
  readonly startedAt: string | null;
  /** The host it runs on. */
  readonly host: string;
}
