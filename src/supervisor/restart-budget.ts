/** When a child has been restarted too often: more than `maxRestarts` within `windowMs`. */
export interface RestartLimits {
  /** Restarts tolerated inside one window. */
  readonly maxRestarts: number;
  /** Length of the window, in milliseconds. */
  readonly windowMs: number;
}

export const restartBudgetDefaults = {
  maxRestarts: 3,
  windowMs: 60_000,
} as const satisfies RestartLimits;

/**
 * Records a restart at `nowMs`, beside those still inside the window; null means the budget is spent
 * and nothing may be restarted. A clock that was set back does not give anything back.
 *
 * @param budget the moments of earlier restarts, newest first: what the last call returned, or `[]`
 */
export function spendRestart(
  budget: readonly number[],
  nowMs: number,
  limits: RestartLimits,
): readonly number[] | null {
  const spent = [nowMs, ...budget.filter((at) => nowMs - at <= limits.windowMs)];
  return spent.length <= limits.maxRestarts ? spent : null;
}
