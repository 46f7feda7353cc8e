import type { StoreOpening } from '../../src/kernel/task-store.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { TaskEvent } from '../../src/kernel/task-event.ts';
import type { TaskResult } from '../../src/kernel/task-result.ts';
import type { TaskStatus } from '../../src/kernel/task-state.ts';
import type { StoredTask, StoreRow } from '../../src/kernel/store-rows.ts';

/** What a store is opened with where nothing else matters. */
export const openingOf = (given: Partial<StoreOpening> = {}): StoreOpening => ({
  clock: simulatedClock({ now: 10_000 }),
  logger: silentLogger,
  ...given,
});

export const taskOf = (id: number, more: Partial<StoredTask> = {}): StoredTask => ({
  id,
  plugin: 'Test.Work',
  input: { x: id },
  submittedAt: 1_000 + id,
  effect: 'unsafe',
  options: { priority: 2, after: [1], timeoutMs: 5 },
  name: 'a scan',
  tags: ['night'],
  by: { who: 'ada' },
  ...more,
});

export const taskRow = (id: number, more?: Partial<StoredTask>): StoreRow => ({
  kind: 'task',
  task: taskOf(id, more),
});

export const resultOf = (taskId: number, more: Partial<TaskResult> = {}): TaskResult => ({
  taskId,
  taskName: 'Test.Work',
  taskStatus: 'completed',
  summary: '',
  payload: { y: taskId },
  implSchemas: null,
  error: null,
  teardown: 'done',
  times: { submittedAt: 1_000 + taskId, startedAt: 2_000 + taskId, endedAt: 3_000 + 2 * taskId },
  attempts: 1,
  ...more,
});

export const endedEvent = (taskId: number): TaskEvent => ({
  type: 'status',
  seq: 100 + taskId,
  taskId,
  at: 3_000 + 2 * taskId,
  state: 'completed',
  status: 'completed',
  attempt: 1,
});

export const settleRow = (id: number, more?: Partial<TaskResult>): StoreRow => ({
  kind: 'settle',
  result: resultOf(id, more),
  output: { z: id },
  events: { replay: () => [endedEvent(id)] },
});

export const settledAs = (id: number, taskStatus: TaskStatus): StoreRow =>
  settleRow(id, { taskStatus, error: taskStatus === 'completed' ? null : errorOf('BROKEN') });

export const errorOf = (code: string) =>
  ({ code, message: 'it broke', phase: 'process', attempt: 1, cause: null }) as const;

export const attemptRow = (taskId: number, attempt = 1): StoreRow => ({
  kind: 'attempt',
  taskId,
  attempt,
  at: 2_000 + taskId,
  runner: 'process',
  environment: 'e1',
});

export const statusEvent = (seq: number, taskId: number, more: Partial<TaskEvent> = {}) =>
  ({
    kind: 'event',
    event: {
      type: 'status',
      seq,
      taskId,
      at: 2_000 + seq,
      state: 'running',
      status: 'running',
      attempt: 1,
      ...more,
    } as TaskEvent,
  }) as const;

/** An event that a person caused, which every store keeps. */
export const personsEvent = (seq: number, taskId: number, more: Partial<TaskEvent> = {}) =>
  statusEvent(seq, taskId, {
    by: { who: 'ada', role: 'operator', via: 'http', from: 'h1' },
    ...more,
  });
