import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  aggregateHealth,
  aggregateObsState,
  aggregateProgress,
  HealthState,
  LrcTaskStatus,
  ObsState,
} from '../../src/index.ts';
import type { AttributeNotification, TaskProgress } from '../../src/index.ts';

const value = (told: unknown, isStale = false): AttributeNotification => ({
  type: 'value',
  attribute: 'state',
  value: told,
  quality: 'valid',
  at: 0,
  shape: [],
  via: 'event',
  receivedAt: 0,
  isStale,
});

const error: AttributeNotification = {
  type: 'error',
  attribute: 'state',
  error: new Error('away'),
  receivedAt: 0,
};

describe('aggregateHealth', () => {
  it('is as bad as the worst, and unknown before what is merely degraded', () => {
    const [a, b] = [new Subject<AttributeNotification>(), new Subject<AttributeNotification>()];
    const told: HealthState[] = [];
    aggregateHealth([a, b]).subscribe((health) => told.push(health));
    a.next(value(HealthState.OK));
    b.next(value(HealthState.DEGRADED));
    b.next(error);
    b.next(value(HealthState.OK));
    b.next(value(HealthState.OK, true));
    a.next(value(HealthState.FAILED));
    const { OK, DEGRADED, FAILED, UNKNOWN } = HealthState;
    expect(told).toEqual([UNKNOWN, DEGRADED, UNKNOWN, OK, UNKNOWN, FAILED]);
  });

  it('is good of no devices', () => {
    const told: HealthState[] = [];
    aggregateHealth([]).subscribe((health) => told.push(health));
    expect(told).toEqual([HealthState.OK]);
  });
});

describe('aggregateObsState', () => {
  it('is what all have reached, or what one is on its way to', () => {
    const [a, b] = [new Subject<AttributeNotification>(), new Subject<AttributeNotification>()];
    const told: (ObsState | null)[] = [];
    aggregateObsState([a, b]).subscribe((state) => told.push(state));
    a.next(value(ObsState.IDLE));
    b.next(value(ObsState.IDLE));
    a.next(value(ObsState.CONFIGURING));
    a.next(value(ObsState.READY));
    b.next(value(ObsState.READY));
    b.next(value(ObsState.ABORTED));
    b.next(value(ObsState.FAULT));
    b.next(value(ObsState.FAULT, true));
    const { IDLE, CONFIGURING, READY, ABORTED, FAULT } = ObsState;
    expect(told).toEqual([null, IDLE, CONFIGURING, IDLE, READY, ABORTED, FAULT, null]);
  });
});

describe('aggregateProgress', () => {
  it('is the mean, those that have told none counting as 0, and 100 when all have completed', () => {
    const [a, b] = [new Subject<TaskProgress>(), new Subject<TaskProgress>()];
    const told: TaskProgress[] = [];
    aggregateProgress([a, b]).subscribe((progress) => told.push(progress));
    const { QUEUED, IN_PROGRESS, COMPLETED, REJECTED } = LrcTaskStatus;
    a.next({ status: QUEUED, percent: null });
    b.next({ status: QUEUED, percent: null });
    a.next({ status: IN_PROGRESS, percent: 33 });
    a.next({ status: COMPLETED, percent: 66 });
    b.next({ status: COMPLETED, percent: null });
    b.next({ status: REJECTED, percent: null });
    expect(told).toEqual([
      { status: QUEUED, percent: 0 },
      { status: IN_PROGRESS, percent: 16 },
      { status: QUEUED, percent: 50 },
      { status: COMPLETED, percent: 100 },
      { status: REJECTED, percent: 50 },
    ]);
  });
});
