import type { TaskError } from '../kernel/task-error.ts';
import { taskError } from '../kernel/task-error.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { Core } from './core.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { spawnTask } from './spawn-task.ts';
import type { TaskRecord } from './task-record.ts';

/** Why an operator is asked: the engine ended under an attempt that must not be repeated. */
export const inDoubt = ({ id, attempt }: TaskRecord): TaskError =>
  taskError('AWAITING_OPERATOR', [id], 'process', attempt);

/**
 * Tasks that wait for an operator: rows without an actor. Such a task keeps its named resources, so
 * that nothing else touches what it may have left in the middle, and holds those that come after it.
 */
export class Doubts {
  readonly #core: Core;
  readonly #gatekeeper: Gatekeeper;

  constructor(core: Core, gatekeeper: Gatekeeper) {
    this.#core = core;
    this.#gatekeeper = gatekeeper;
  }

  enter(record: TaskRecord, doubt: TaskError): void {
    const { doubts, ledger } = this.#core;
    record.state = 'awaitingOperator';
    record.doubt = doubt;
    record.hasResources = record.request.length > 0;
    ledger.take(record.id, record.request);
    doubts.set(record.id, record);
  }

  tell(record: TaskRecord): void {
    const { state, attempt } = record;
    const status = statusOf(state);
    this.#core.log.publish(record, { type: 'status', state, status, attempt });
  }

  raiseAlarm({ id: taskId }: TaskRecord, doubt: TaskError, source = 'recovery'): void {
    const { logger, log } = this.#core;
    const { message } = doubt;
    logger.warn({ taskId }, message);
    log.alarm({ taskId, source, message, error: doubt });
  }

  /** A task that ran does not know whether its work was done: it keeps its resources. */
  park(record: TaskRecord): void {
    const doubt = (record.doubt ??= inDoubt(record));
    this.#letGo(record);
    this.#core.doubts.set(record.id, record);
    this.raiseAlarm(record, doubt, 'task');
    this.#core.idle.check();
  }

  /** A pending task turns out to be one that must not be repeated: its plugin says so only now. */
  takeBack(record: TaskRecord): void {
    this.#letGo(record);
    this.#core.pending -= 1;
    const doubt = inDoubt(record);
    this.enter(record, doubt);
    this.tell(record);
    this.raiseAlarm(record, doubt);
    this.#core.writer.insist([{ kind: 'doubt', taskId: record.id, doubt }], () => {});
    this.#core.idle.check();
  }

  /** It needs no actor until a person has decided. */
  #letGo(record: TaskRecord): void {
    const { live, keepAlive, pool } = this.#core;
    this.#gatekeeper.leave(record);
    record.deadline?.cancel();
    pool()?.send({ type: 'task.kill', id: record.id });
    record.detach();
    live.delete(record.id);
    if (live.size === 0) keepAlive.release();
  }

  /** Gives it an actor again, which hears what a person has decided. */
  wake(record: TaskRecord): void {
    const { doubts, live, keepAlive } = this.#core;
    doubts.delete(record.id);
    live.set(record.id, record);
    keepAlive.hold();
    record.toldBefore = ['pending', 'awaitingOperator'];
    spawnTask(this.#core, record, 'unsafe');
    record.send({ type: 'task.recover' });
  }
}
