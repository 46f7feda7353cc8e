import type { TaskEffects } from '../actors/task-logic.ts';
import type { TaskMachineContext } from '../kernel/task-machine-types.ts';
import { backoffMs } from '../kernel/retry.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskState } from '../kernel/task-state.ts';
import type { AttemptControl } from './attempt-control.ts';
import { freeResources, freeSlot } from './core.ts';
import type { Core } from './core.ts';
import { deadlineRow } from './deadlines.ts';
import { inDoubt } from './doubts.ts';
import type { Doubts } from './doubts.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { Registry } from './registry.ts';
import type { Settlement } from './settlement.ts';
import { askedBy } from './task-record.ts';
import type { TaskRecord } from './task-record.ts';

/** The parts that carry out what task machines decide. */
export interface TaskEffectParts {
  readonly core: Core;
  readonly control: AttemptControl;
  readonly gatekeeper: Gatekeeper;
  readonly settlement: Settlement;
  readonly doubts: Doubts;
  readonly registry: Registry;
  readonly onPendingWhileClosing: (record: TaskRecord) => void;
}

/**
 * Binds the task machine's actions to the engine's parts. An effect that throws is a defect of ours:
 * it breaks its own task's actor, and the pool tells of that.
 */
export function taskEffects(parts: TaskEffectParts): TaskEffects {
  const { core, control, gatekeeper, settlement, registry, doubts } = parts;
  const { onPendingWhileClosing } = parts;

  const count = (record: TaskRecord, state: TaskState): void => {
    if (record.state === 'pending' && state !== 'pending') core.pending -= 1;
    if (record.state !== 'pending' && state === 'pending') core.pending += 1;
  };

  const withRecord =
    (effect: (record: TaskRecord, context: TaskMachineContext) => void) =>
    (context: TaskMachineContext): void => {
      const record = core.live.get(context.id);
      if (record !== undefined) effect(record, context);
    };

  return {
    announce: (context, state) =>
      withRecord((record) => {
        switch (state) {
          case 'completed':
          case 'failed':
          case 'cancelled':
          case 'timedOut':
            return settlement.settle(record, context, state);
          default:
            if (record.toldBefore?.[0] === state) {
              record.toldBefore.shift();
              return;
            }
            count(record, state);
            record.state = state;
            record.attempt = context.attempt;
            core.log.publish(record, {
              type: 'status',
              state,
              status: statusOf(state),
              attempt: context.attempt,
              ...askedBy(state === 'suspended' ? record.suspension : record.asked),
            });
            record.asked = null;
            registry.updated(record);
            core.idle.check();
            if (state === 'pending' && core.isClosing) onPendingWhileClosing(record);
            if (state === 'awaitingOperator' && !core.isClosing) doubts.park(record);
        }
      })(context),
    beginAttempt: withRecord((record, context) => {
      gatekeeper.leave(record);
      control.begin(record, context);
    }),
    runProcess: withRecord(({ current }) => {
      if (current !== null) control.runProcess(current);
    }),
    runTeardown: withRecord(({ current }) => {
      if (current !== null) control.runTeardown(current);
    }),
    abortAttempt: withRecord(({ current }) => {
      if (current !== null) control.abort(current);
    }),
    scheduleRetry: withRecord((record, context) => {
      const retryInMs = backoffMs(record.limits.retry, context.attempt);
      const error = context.failure === null ? {} : { error: context.failure };
      const ended =
        record.current === null
          ? []
          : [control.finish(record.current, 'failed', { ...error, retryInMs })];
      freeSlot(core, record);
      freeResources(core, record);
      const timer = gatekeeper.backOff(record, retryInMs);
      core.writer.insist(core.store.isDurable ? [...ended, timer] : ended, () => {});
    }),
    withhold: withRecord((record) => {
      const { current } = record;
      if (record.startedAt === current?.startedAt) record.startedAt = null;
      record.interruptions += 1;
      const rows = current === null ? [] : [control.finish(current, 'interrupted')];
      freeSlot(core, record);
      freeResources(core, record);
      core.writer.insist(rows, () => {});
      // It is pending once the machine has come to rest.
      queueMicrotask(() => gatekeeper.pass(record));
    }),
    leaveInDoubt: withRecord((record, { failure, isAbandoned }) => {
      const doubt = failure ?? inDoubt(record);
      const outcome = isAbandoned ? 'abandoned' : 'failed';
      const rows =
        record.current === null ? [] : [control.finish(record.current, outcome, { error: doubt })];
      record.doubt = doubt;
      freeSlot(core, record);
      core.writer.insist([...rows, { kind: 'doubt', taskId: record.id, doubt }], () => {});
    }),
    putBack: withRecord((record, { isAbandoned }) => {
      const outcome = isAbandoned ? 'abandoned' : 'interrupted';
      const rows = record.current === null ? [] : [control.finish(record.current, outcome)];
      // It may have stood suspended, and then its deadline is a later one.
      const deadline = deadlineRow(core, record);
      if (deadline !== null) rows.push(deadline);
      freeSlot(core, record);
      if (!isAbandoned) freeResources(core, record);
      if (record.effect === 'unsafe' && !record.continues) {
        record.doubt = inDoubt(record);
        rows.push({ kind: 'doubt', taskId: record.id, doubt: record.doubt });
      }
      core.writer.insist(rows, () => {});
    }),
  };
}
