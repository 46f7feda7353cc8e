import type { ResourceWait, WaitingFor } from '../kernel/waiting.ts';
import type { Core } from './core.ts';
import type { TaskRecord } from './task-record.ts';

/** Why a task does not run at this moment; null when it runs or has ended. */
export function waitingFor(core: Core, record: TaskRecord): WaitingFor | null {
  if (record.isOver) return null;
  if (record.suspension?.isParked === true) {
    const { by, reason, resuming, isInterlock } = record.suspension;
    const unmet = isInterlock ? onConditions(record) : null;
    if (unmet !== null) return unmet;
    if (resuming !== null) return { reason: 'concurrency', limit: core.concurrency };
    return {
      reason: 'hold',
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { note: reason }),
    };
  }
  if (record.waitingOn !== null) {
    const tasks = [...new Set([...record.waitingOn].map(({ id }) => id))];
    // All of them have ended, and the task needs a slot again before it goes on.
    if (tasks.length === 0) return { reason: 'concurrency', limit: core.concurrency };
    return { reason: 'dependency', tasks };
  }
  if (record.state === 'awaitingOperator') {
    const { code = 'AWAITING_OPERATOR', message = '' } = record.doubt ?? {};
    return { reason: 'operator', code, message };
  }
  if (record.state !== 'pending') {
    const isPlaced = record.current === null || record.current.execution !== null;
    return isPlaced ? null : { reason: 'worker', runner: record.plugin.runner };
  }
  return behindGate(record) ?? onConditions(record) ?? inQueue(core, record);
}

/** The conditions that keep a task back; null when none does. */
export function onConditions({ guard }: TaskRecord): WaitingFor | null {
  const conditions = guard?.watched.waits ?? [];
  return conditions.length === 0 ? null : { reason: 'condition', conditions };
}

function behindGate({ gate, attempt, plugin }: TaskRecord): WaitingFor | null {
  if (gate === null) return null;
  if (gate.hold !== null) {
    const { by, reason } = gate.hold;
    return {
      reason: 'hold',
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { note: reason }),
    };
  }
  if (gate.dependsOn !== null && gate.dependsOn.size > 0) {
    return { reason: 'dependency', tasks: [...gate.dependsOn] };
  }
  if (gate.isWithoutPlugin) return { reason: 'plugin', plugin: plugin.name };
  if (gate.notBefore === null) return null;
  return gate.isRetry
    ? { reason: 'retry', until: gate.notBefore, attempt: attempt + 1 }
    : { reason: 'schedule', until: gate.notBefore };
}

function inQueue({ ledger, admission, concurrency }: Core, record: TaskRecord): WaitingFor {
  const missing = new Set(ledger.missing(record.request));
  const resources = record.request.flatMap(([name, units]): ResourceWait[] => {
    const reserver = admission.reserverOf(name, record);
    if (reserver === null && !missing.has(name)) return [];
    const wait = { name, units, heldBy: ledger.holdersOf(name) };
    return [reserver === null ? wait : { ...wait, reservedFor: reserver.id }];
  });
  return resources.length === 0
    ? { reason: 'concurrency', limit: concurrency }
    : { reason: 'resource', resources };
}
