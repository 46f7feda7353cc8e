/** What the device-connection machine is told. An answer to an earlier attempt is dropped. */
export type ConnectionMachineEvent =
  | { readonly type: 'device.wanted' }
  | { readonly type: 'link.made'; readonly attempt: number }
  | { readonly type: 'link.refused'; readonly attempt: number; readonly error: Error }
  | { readonly type: 'link.lost'; readonly attempt: number; readonly error: Error }
  | { readonly type: 'retry.due'; readonly attempt: number }
  | { readonly type: 'proxy.close' };

/** What the device-connection machine remembers. */
export interface ConnectionMachineContext {
  /** Attempts in all; it numbers the present one. */
  readonly attempt: number;
  /** Attempts that failed since it was last connected. */
  readonly failures: number;
  /** Why it is not connected; null when it is, or was never tried. */
  readonly error: Error | null;
}
