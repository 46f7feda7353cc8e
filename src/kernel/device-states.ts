/** SKA's health of a device, with the numbers of ska-control-model. */
export const HealthState = { OK: 0, DEGRADED: 1, FAILED: 2, UNKNOWN: 3 } as const;

/** SKA's health of a device, as a number from 0 to 3. */
export type HealthState = (typeof HealthState)[keyof typeof HealthState];

/** SKA's observation states, with the numbers of ska-control-model. */
export const ObsState = {
  EMPTY: 0,
  RESOURCING: 1,
  IDLE: 2,
  CONFIGURING: 3,
  READY: 4,
  SCANNING: 5,
  ABORTING: 6,
  ABORTED: 7,
  RESETTING: 8,
  FAULT: 9,
  RESTARTING: 10,
} as const;

/** One of SKA's observation states, as a number from 0 to 10. */
export type ObsState = (typeof ObsState)[keyof typeof ObsState];
