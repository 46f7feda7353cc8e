import { combineLatest, distinctUntilChanged, map, of, startWith } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AttributeNotification } from '../kernel/device-proxy.ts';
import { HealthState, ObsState } from '../kernel/device-states.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';

/**
 * The state of several devices as one. What has not been told yet, cannot be read or is stale counts as
 * unknown; a value is given whenever the aggregate changes.
 */
type Told = Observable<AttributeNotification>;

/** The present number of an attribute; null while it is not known. */
const numberOf = (told: Told): Observable<number | null> =>
  told.pipe(
    map((notification): number | null => {
      if (notification.type !== 'value' || notification.isStale) return null;
      return typeof notification.value === 'number' ? notification.value : null;
    }),
    startWith<number | null>(null),
  );

const together = <T, TResult>(
  sources: readonly Observable<T>[],
  combine: (values: readonly T[]) => TResult,
): Observable<TResult> =>
  (sources.length === 0 ? of([]) : combineLatest([...sources])).pipe(
    map(combine),
    distinctUntilChanged(),
  );

const healths: readonly (number | null)[] = Object.values(HealthState);

/**
 * The health of several devices: `FAILED` when one has failed, else `UNKNOWN` when one is not known,
 * else `DEGRADED` when one is, else `OK`. No devices are healthy.
 */
export const aggregateHealth = (devices: readonly Told[]): Observable<HealthState> =>
  together(devices.map(numberOf), (values) => {
    if (values.includes(HealthState.FAILED)) return HealthState.FAILED;
    if (values.some((value) => value === HealthState.UNKNOWN || !healths.includes(value))) {
      return HealthState.UNKNOWN;
    }
    return values.includes(HealthState.DEGRADED) ? HealthState.DEGRADED : HealthState.OK;
  });

/** What one device is in tells of all of them, the first that is found. */
const prevailing: readonly ObsState[] = [
  ObsState.FAULT,
  ObsState.ABORTING,
  ObsState.RESTARTING,
  ObsState.RESETTING,
  ObsState.ABORTED,
  ObsState.RESOURCING,
  ObsState.CONFIGURING,
];

/** What all of them have reached: the one that is behind tells. */
const inOrder: readonly ObsState[] = [
  ObsState.EMPTY,
  ObsState.IDLE,
  ObsState.READY,
  ObsState.SCANNING,
];

/**
 * The observation state of several devices: null while one is not known; a state on the way (aborting,
 * configuring, …), a fault or an abort of one is that of all; else the state that all have reached.
 */
export const aggregateObsState = (devices: readonly Told[]): Observable<ObsState | null> =>
  together(devices.map(numberOf), (values) => {
    const known = values.filter((value) => value !== null);
    if (known.length < values.length || known.length === 0) return null;
    const found = [...prevailing, ...inOrder].find((state) => known.includes(state));
    return found ?? null;
  });

/** How far a task has come, as SKA's commands tell it. */
export interface TaskProgress {
  readonly status: LrcTaskStatus;
  /** From 0 to 100; null before any was told. */
  readonly percent: number | null;
}

/**
 * How far several tasks have come together: the mean of their progress, those that have told none
 * counting as 0, as a whole number; 100 once all have completed. Their status is `REJECTED` when one
 * was, `COMPLETED` when all have, else `IN_PROGRESS` when one is, else that of the first which has not
 * completed.
 */
export const aggregateProgress = (
  tasks: readonly Observable<TaskProgress>[],
): Observable<TaskProgress> =>
  (tasks.length === 0 ? of([]) : combineLatest([...tasks])).pipe(
    map(progressOfAll),
    distinctUntilChanged((a, b) => a.status === b.status && a.percent === b.percent),
  );

function progressOfAll(tasks: readonly TaskProgress[]): TaskProgress {
  const { COMPLETED, IN_PROGRESS, REJECTED } = LrcTaskStatus;
  const first = tasks.find(({ status }) => status !== COMPLETED);
  if (first === undefined) return { status: COMPLETED, percent: 100 };
  const sum = tasks.reduce(
    (all, { status, percent }) => all + (status === COMPLETED ? 100 : (percent ?? 0)),
    0,
  );
  const percent = Math.trunc(sum / tasks.length);
  const is = (wanted: LrcTaskStatus): boolean => tasks.some(({ status }) => status === wanted);
  if (is(REJECTED)) return { status: REJECTED, percent };
  return { status: is(IN_PROGRESS) ? IN_PROGRESS : first.status, percent };
}
