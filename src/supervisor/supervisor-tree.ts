import { createActor } from 'xstate';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Actor } from '../kernel/task-event.ts';
import { killActor, supervisedActor } from './child-actor.ts';
import type { SupervisedActor } from './child-actor.ts';
import type { SupervisedChild, SupervisorNode } from './supervised-child.ts';
import { SupervisedChildren } from './supervised-children.ts';
import type { SupervisorDefinition } from './supervisor-definition.ts';
import { supervisorPorts } from './supervisor-ports.ts';
import type { SupervisorAlarm } from './supervisor-ports.ts';
import type { ChildStatus, SupervisorStatus } from './supervisor-status.ts';

/** What a supervisor is started with. */
export interface StartSupervisorOptions {
  /**
   * Where time comes from.
   *
   * @defaultValue `systemClock`
   */
  readonly clock?: Clock;
  /**
   * Where restarts and failures are told.
   *
   * @defaultValue `silentLogger`
   */
  readonly logger?: Logger;
  /** Called when something needs a person; what it throws is logged. */
  readonly onAlarm?: (alarm: SupervisorAlarm) => void;
  /** The actor it belongs to: it ends at the latest when that ends. */
  readonly parent?: AnyActorRef;
}

/** Who asks for something, and why; kept in the log. */
export interface PersonsRequest {
  readonly by?: Actor;
  readonly reason?: string;
}

/** What {@link RunningSupervisor.stop} takes. */
export interface StopSupervisorOptions {
  /** How long it may take in all, in milliseconds; then what is left is killed. */
  readonly graceMs?: number;
}

/**
 * A supervisor that runs. A child further down is named by its path, such as `cryostat/poller`.
 */
export interface RunningSupervisor {
  readonly name: string;
  /** The actor that runs under a name; undefined while none does, and for a supervisor. */
  whereis<TLogic extends AnyActorLogic = AnyActorLogic>(
    path: string,
  ): SupervisedActor<TLogic> | undefined;
  /** The whole tree, as data. */
  status(): SupervisorStatus;
  /** Whether a child is down, at any depth. */
  isDegraded(): boolean;
  /** Calls `listener` at each change of a child, at any depth, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /**
   * Starts a child, and those it restarts with, with a new budget; one that runs is stopped first.
   * Resolves with what became of it.
   *
   * @throws {@link RunstateError} `CHILD_UNKNOWN`; `SUPERVISOR_STOPPED`
   */
  restartChild(path: string, request?: PersonsRequest): Promise<ChildStatus>;
  /**
   * Stops one child, which then stays stopped until a person restarts it. Resolves with what became
   * of it.
   *
   * @throws {@link RunstateError} `CHILD_UNKNOWN`; `SUPERVISOR_STOPPED`
   */
  stopChild(path: string, request?: PersonsRequest): Promise<ChildStatus>;
  /**
   * Stops all children, the last started first. Resolves when none is alive; asked again, it is the
   * same stop, and a shorter `graceMs` holds.
   */
  stop(options?: StopSupervisorOptions): Promise<void>;
  /** Resolves when no child is alive and none will be. */
  readonly ended: Promise<void>;
}

interface Place {
  readonly node: SupervisorNode;
  readonly child: SupervisedChild;
}

/** Finds a child by its path; what was found of the path is in `node` when the child is not there. */
function locate(root: SupervisorNode, path: string): Place | { readonly node: SupervisorNode } {
  const [name = '', ...below] = path.split('/');
  const child = root.find(name);
  if (child === undefined) return { node: root };
  if (below.length === 0) return { node: root, child };
  return child.nested === null ? { node: root } : locate(child.nested, below.join('/'));
}

/** Starts a supervisor and all its children. */
export function startSupervisor(
  definition: SupervisorDefinition,
  { clock = systemClock, logger = silentLogger, onAlarm, parent }: StartSupervisorOptions = {},
): RunningSupervisor {
  const listeners = new Set<() => void>();
  const ports = supervisorPorts(
    { clock, logger },
    (alarm) => onAlarm?.(alarm),
    () => {
      for (const listener of listeners) ports.guarded('subscriber', listener);
    },
  );
  const root = new SupervisedChildren(definition, definition.name, ports);
  const actor = createActor(root.logic, {
    id: 'supervisor',
    input: { name: definition.name },
    clock,
    ...(parent === undefined ? {} : { parent }),
  });
  const withParent = parent?.subscribe({
    error: () => killActor(actor),
    complete: () => killActor(actor),
  });
  let graceTimer: unknown = null;
  let graceEndsAt = Number.POSITIVE_INFINITY;
  void root.ended.then(() => {
    withParent?.unsubscribe();
    if (graceTimer !== null) ports.guarded('clock', () => clock.clearTimeout(graceTimer));
  });
  root.start(actor);

  const placeOf = (path: string): Place => {
    const place = locate(root, path);
    if ('child' in place) return place;
    const { node } = place;
    throw new RunstateError('CHILD_UNKNOWN', [node.path, path, node.names.join(', ') || 'none']);
  };

  const request = (
    type: 'child.restart' | 'child.stop',
    path: string,
    { by, reason }: PersonsRequest,
  ): Promise<ChildStatus> => {
    const { node, child } = placeOf(path);
    if (node.state !== 'running') throw new RunstateError('SUPERVISOR_STOPPED', [node.path, path]);
    ports.logger.info({ child: child.path, by, reason }, `A person asked: ${type}.`);
    return node.request(type, child.name).then(() => node.statusOf(child));
  };

  const limitStop = (graceMs: number): void => {
    if (!Number.isFinite(graceMs) || graceMs < 0) {
      const demand = 'a number of milliseconds of at least 0';
      throw new RunstateError('INVALID_OPTION', ['graceMs', demand, String(graceMs)]);
    }
    const endsAt = clock.now() + graceMs;
    if (root.state === 'stopped' || endsAt >= graceEndsAt) return;
    if (graceTimer !== null) clock.clearTimeout(graceTimer);
    graceEndsAt = endsAt;
    graceTimer = clock.setTimeout(() => root.tell({ type: 'grace.passed' }), graceMs);
  };

  return {
    name: definition.name,
    ended: root.ended,
    whereis: (path) => {
      const place = locate(root, path);
      const found = 'child' in place && place.child.nested === null ? place.child.actor : null;
      return found === null ? undefined : supervisedActor(path, found, ports.guarded);
    },
    status: () => root.status(),
    isDegraded: () => root.isDegraded,
    subscribe: (listener) => {
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    restartChild: (path, options = {}) => request('child.restart', path, options),
    stopChild: (path, options = {}) => request('child.stop', path, options),
    stop: ({ graceMs } = {}) => {
      if (graceMs !== undefined) limitStop(graceMs);
      root.tell({ type: 'supervisor.stop' });
      return root.ended;
    },
  };
}
