import { describe, expect, it } from 'vitest';
import {
  isSettled,
  isTerminal,
  LrcTaskStatus,
  ResultCode,
  RunState,
  runStateOf,
  stateWords,
  statusOf,
  TaskStatus,
  wordsOf,
} from '../../src/kernel/task-state.ts';
import type { StateDetail, TaskState } from '../../src/kernel/task-state.ts';

type Row = readonly [
  state: TaskState,
  detail: StateDetail,
  status: string,
  lute: number,
  dahu: string,
  ska: keyof typeof LrcTaskStatus,
  code: number | null,
  chimerax: string,
  chemcloud: string,
];

const rows: readonly Row[] = [
  ['pending', {}, 'pending', 0, 'uninitialized', 'QUEUED', null, 'pending', 'PENDING'],
  [
    'pending',
    { isStaging: true },
    'pending',
    0,
    'uninitialized',
    'STAGING',
    null,
    'pending',
    'PENDING',
  ],
  [
    'pending',
    { isRetrying: true },
    'pending',
    0,
    'uninitialized',
    'QUEUED',
    null,
    'pending',
    'RETRY',
  ],
  ['starting', {}, 'running', 1, 'starting', 'IN_PROGRESS', null, 'running', 'STARTED'],
  [
    'starting',
    { isCancelling: true },
    'running',
    1,
    'starting',
    'IN_PROGRESS',
    null,
    'terminating',
    'STARTED',
  ],
  ['running', {}, 'running', 1, 'running', 'IN_PROGRESS', null, 'running', 'STARTED'],
  [
    'running',
    { isCancelling: true },
    'running',
    1,
    'running',
    'IN_PROGRESS',
    null,
    'terminating',
    'STARTED',
  ],
  ['stopping', {}, 'running', 1, 'running', 'IN_PROGRESS', null, 'running', 'STARTED'],
  [
    'stopping',
    { isCancelling: true },
    'running',
    1,
    'running',
    'IN_PROGRESS',
    null,
    'terminating',
    'STARTED',
  ],
  ['suspended', {}, 'stopped', 4, 'running', 'IN_PROGRESS', null, 'running', 'STARTED'],
  ['awaitingOperator', {}, 'stopped', 4, 'running', 'IN_PROGRESS', null, 'running', 'STARTED'],
  ['completed', {}, 'completed', 2, 'success', 'COMPLETED', 0, 'finished', 'SUCCESS'],
  ['failed', {}, 'failed', 3, 'failure', 'COMPLETED', 3, 'failed', 'FAILURE'],
  [
    'failed',
    { code: 'PLUGIN_FAILED' },
    'failed',
    3,
    'failure',
    'COMPLETED',
    3,
    'failed',
    'FAILURE',
  ],
  ['failed', { code: 'RUNNER_LOST' }, 'failed', 3, 'failure', 'FAILED', 3, 'failed', 'FAILURE'],
  [
    'failed',
    { code: 'RUNNER_UNAVAILABLE' },
    'failed',
    3,
    'failure',
    'FAILED',
    3,
    'failed',
    'FAILURE',
  ],
  ['failed', { code: 'ENGINE_DEFECT' }, 'failed', 3, 'failure', 'FAILED', 3, 'failed', 'FAILURE'],
  ['failed', { code: 'REJECTED' }, 'failed', 3, 'failure', 'REJECTED', 5, 'failed', 'REJECTED'],
  ['failed', { code: 'NOT_ALLOWED' }, 'failed', 3, 'failure', 'REJECTED', 6, 'failed', 'REJECTED'],
  ['failed', { code: 'LOST' }, 'failed', 3, 'failure', 'NOT_FOUND', null, 'deleted', 'FAILURE'],
  ['cancelled', {}, 'cancelled', 5, 'aborted', 'ABORTED', 7, 'terminated', 'REVOKED'],
  ['timedOut', {}, 'timedout', 6, 'failure', 'COMPLETED', 3, 'failed', 'FAILURE'],
];

const states = Object.keys(stateWords) as TaskState[];

describe('wordsOf', () => {
  it.each(rows)(
    'says %s %o in the words of all five',
    (state, detail, status, lute, dahu, ska, skaResultCode, chimerax, chemcloud) => {
      expect(wordsOf(state, detail)).toEqual({
        status,
        lute,
        dahu,
        ska: LrcTaskStatus[ska],
        skaResultCode,
        chimerax,
        chemcloud,
        runState: runStateOf(state),
      });
    },
  );

  it('has a row for every state', () => {
    expect(new Set(rows.map(([state]) => state))).toEqual(new Set(states));
  });

  it.each(states.filter((state) => state !== 'failed'))(
    'keeps the words of %s whatever its error is',
    (state) => {
      for (const code of ['REJECTED', 'NOT_ALLOWED', 'LOST', 'RUNNER_LOST', 'constructor']) {
        expect(wordsOf(state, { code })).toEqual(wordsOf(state));
      }
    },
  );

  it.each(['constructor', '__proto__', 'toString', ''])('takes %o as any other code', (code) => {
    expect(wordsOf('failed', { code })).toEqual(wordsOf('failed'));
  });

  it('does not change its table', () => {
    wordsOf('pending', { isStaging: true });
    expect(wordsOf('pending').ska).toBe(LrcTaskStatus.QUEUED);
  });
});

describe('runStateOf', () => {
  it.each([
    ['starting', RunState.STARTING],
    ['running', RunState.RUNNING],
    ['stopping', RunState.STOPPING],
    ['failed', RunState.ERRORED],
    ['timedOut', RunState.ERRORED],
    ['pending', RunState.STOPPED],
    ['suspended', RunState.STOPPED],
    ['awaitingOperator', RunState.STOPPED],
    ['completed', RunState.STOPPED],
    ['cancelled', RunState.STOPPED],
  ] as const)('maps %s to %i', (state, runState) => {
    expect(runStateOf(state)).toBe(runState);
  });
});

describe('isSettled and isTerminal', () => {
  it.each(states)('agree on %s', (state) => {
    const hasEnded = ['completed', 'failed', 'cancelled', 'timedOut'].includes(state);
    expect([isSettled(state), isTerminal(statusOf(state))]).toEqual([hasEnded, hasEnded]);
  });
});

describe('the constants', () => {
  it('have the numbers and words of the originals', () => {
    expect(TaskStatus).toEqual({
      PENDING: 'pending',
      RUNNING: 'running',
      COMPLETED: 'completed',
      FAILED: 'failed',
      STOPPED: 'stopped',
      CANCELLED: 'cancelled',
      TIMEDOUT: 'timedout',
    });
    expect(RunState).toEqual({ STOPPED: 1, STARTING: 2, RUNNING: 3, STOPPING: 4, ERRORED: 5 });
    expect(Object.keys(ResultCode)).toEqual([
      'OK',
      'STARTED',
      'QUEUED',
      'FAILED',
      'UNKNOWN',
      'REJECTED',
      'NOT_ALLOWED',
      'ABORTED',
    ]);
    expect(Object.values(ResultCode)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Object.keys(LrcTaskStatus)).toEqual([
      'STAGING',
      'QUEUED',
      'IN_PROGRESS',
      'ABORTED',
      'NOT_FOUND',
      'COMPLETED',
      'REJECTED',
      'FAILED',
    ]);
    expect(Object.values(LrcTaskStatus)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
