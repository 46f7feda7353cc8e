import type { AnyActorRef } from 'xstate';
import type {
  ChildLife,
  SupervisorMachineEvent,
  supervisorMachine,
} from '../../machines/supervisor.machine.ts';
import { deferred } from '../kernel/deferred.ts';
import { describeFailure } from './child-actor.ts';
import { ChildAgenda } from './child-agenda.ts';
import { groupOf, needsRestart, planRecovery, planRestart } from './child-plan.ts';
import type { ChildChange, ChildOutcome } from './child-plan.ts';
import { SupervisedChild } from './supervised-child.ts';
import type { ChildHost, SupervisorNode } from './supervised-child.ts';
import type { SupervisorDefinition } from './supervisor-definition.ts';
import { supervisorLogic } from './supervisor-logic.ts';
import type { SupervisorEffects } from './supervisor-logic.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import type { ChildStatus, SupervisorStatus } from './supervisor-status.ts';

/**
 * The children of one running supervisor: what its machine's actions do, and what is remembered
 * between them.
 *
 * A fact (an actor ended) is noted the moment it happens; what follows from it is decided when the
 * machine comes to the event. In between the child may have become part of a plan, so each event
 * carries the life it is about. A plan is an intent on each child concerned: those alive are stopped,
 * the last one first, and then those that are to be are started, the first one first. A cause that
 * comes meanwhile adds to the plan, so nothing waits in a queue of its own.
 */
export class SupervisedChildren implements SupervisorEffects, SupervisorNode, ChildHost {
  readonly path: string;
  readonly definition: SupervisorDefinition;
  readonly ports: SupervisorPorts;
  readonly logic: typeof supervisorMachine;
  readonly #children: readonly SupervisedChild[];
  readonly #byName: ReadonlyMap<string, SupervisedChild>;
  readonly #agenda: ChildAgenda;
  readonly #down = new Set<SupervisedChild>();
  readonly #ended = deferred<void>();
  #self: AnyActorRef | null = null;
  #state: SupervisorStatus['state'] = 'running';
  #startTimer: unknown = null;
  /** Of people's requests that the machine has not come to, in order. */
  #requests: (() => void)[] = [];
  /** Of those that are part of the plan. */
  #callers: (() => void)[] = [];

  constructor(definition: SupervisorDefinition, path: string, ports: SupervisorPorts) {
    this.definition = definition;
    this.path = path;
    this.ports = ports;
    this.#children = definition.children.map(
      (child, index) => new SupervisedChild(child, index, `${path}/${child.name}`, this),
    );
    this.#agenda = new ChildAgenda(this.#children);
    this.#byName = new Map(this.#children.map((child) => [child.name, child]));
    this.logic = supervisorLogic(this);
  }

  get state(): SupervisorStatus['state'] {
    return this.#state;
  }

  get isDegraded(): boolean {
    return this.#down.size > 0 || this.#children.some(({ nested }) => nested?.isDegraded === true);
  }

  /** Resolves when no child is alive and none will be. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  find(name: string): SupervisedChild | undefined {
    return this.#byName.get(name);
  }

  statusOf(child: SupervisedChild): ChildStatus {
    return child.status(this.definition, this.ports.clock.now());
  }

  status(): SupervisorStatus {
    return {
      name: this.definition.name,
      strategy: this.definition.strategy,
      state: this.#state,
      isDegraded: this.isDegraded,
      children: this.#children.map((child) => this.statusOf(child)),
    };
  }

  nest(definition: SupervisorDefinition, path: string): SupervisorNode {
    return new SupervisedChildren(definition, path, this.ports);
  }

  tell(event: SupervisorMachineEvent): void {
    if (this.#state !== 'stopped') this.#self?.send(event);
  }

  changed(child: SupervisedChild): void {
    if (child.state === 'down') this.#down.add(child);
    else this.#down.delete(child);
    this.ports.noteChange();
  }

  request(type: 'child.restart' | 'child.stop', name: string): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#requests.push(resolve);
    this.tell({ type, name });
    return promise;
  }

  start(self: AnyActorRef): void {
    this.#self = self;
    self.subscribe({
      error: (error: unknown) => this.#end(error),
      complete: () => this.#end(null),
    });
    self.start();
    this.tell({ type: 'supervisor.start' });
  }

  judgeChild({ name, incarnation }: ChildLife, outcome: ChildOutcome): boolean {
    const child = this.#byName.get(name);
    if (child?.isUnjudged !== true || child.life.incarnation !== incarnation) return false;
    child.isUnjudged = false;
    if (!needsRestart(child.restartType, outcome)) {
      this.changed(child);
      if (outcome === 'error') this.#alarm(child, outcome, 'is not started again');
      return false;
    }
    const group = groupOf(this.definition.strategy, this.#children, child.index);
    const nowMs = this.ports.clock.now();
    const { isSpent, changes } = planRecovery(child, group, nowMs, this.definition);
    this.#agenda.add(changes);
    if (isSpent) this.#alarmSpent(child, outcome, changes);
    return true;
  }

  planRestart(name: string): void {
    const child = this.#takeRequest(name);
    if (child === undefined) return;
    const group = groupOf(this.definition.strategy, this.#children, child.index);
    this.#agenda.add(planRestart(child, group));
  }

  planStop(name: string): void {
    const child = this.#takeRequest(name);
    if (child !== undefined) this.#agenda.add([{ child, intent: 'stop', budget: child.budget }]);
  }

  planEnd(): void {
    this.#state = 'stopping';
    const ending = this.#children.filter(({ isAlive, intent }) => isAlive || intent !== null);
    this.#agenda.add(ending.map((child) => ({ child, intent: 'stop', budget: child.budget })));
  }

  stopNext(): boolean {
    return this.#agenda.stopNext();
  }

  killLate({ name, incarnation }: ChildLife): void {
    const child = this.#byName.get(name);
    if (child?.isAlive !== true || child.life.incarnation !== incarnation) return;
    this.ports.logger.warn(
      { child: child.path, shutdownMs: child.definition.shutdownMs },
      'A supervised child did not end within its shutdownMs and is killed.',
    );
    child.kill();
  }

  killAll(): void {
    for (const child of this.#children.toReversed()) child.kill();
  }

  scheduleStart(): void {
    this.#startTimer = this.ports.clock.setTimeout(() => this.tell({ type: 'start.due' }), 0);
  }

  cancelStart(): void {
    if (this.#startTimer !== null) this.ports.clock.clearTimeout(this.#startTimer);
    this.#startTimer = null;
  }

  startPlanned(): void {
    for (const child of this.#agenda.takeToStart()) {
      if (this.#self !== null) child.start(this.#self);
    }
  }

  answerCallers(): void {
    for (const answer of this.#callers.splice(0)) answer();
  }

  #takeRequest(name: string): SupervisedChild | undefined {
    this.#callers.push(...this.#requests.splice(0, 1));
    return this.#byName.get(name);
  }

  #alarmSpent(
    child: SupervisedChild,
    outcome: ChildOutcome,
    changes: readonly ChildChange<SupervisedChild>[],
  ): void {
    const { maxRestarts, windowMs } = this.definition;
    const down = changes.flatMap((change) => (change.intent === 'down' ? change.child.name : []));
    const whole = down.length > 1 ? `, with its group (${down.join(', ')}),` : '';
    const budget = `the budget of ${maxRestarts} restarts within ${windowMs} ms is spent`;
    this.#alarm(child, outcome, `is down${whole} until a person restarts it: ${budget}`);
  }

  #alarm(child: SupervisedChild, outcome: ChildOutcome, consequence: string): void {
    const { lastError, name } = child;
    const what = outcome === 'error' ? 'failed' : 'ended';
    this.ports.raiseAlarm({
      source: `supervisor:${child.path}`,
      message: `Child "${name}" ${what} and ${consequence}.`,
      ...(lastError === null || outcome === 'done' ? {} : { error: lastError }),
    });
  }

  /** The machine is over, or broke: either way no child outlives it. */
  #end(defect: unknown): void {
    this.#state = 'stopped';
    this.cancelStart();
    this.killAll();
    for (const child of this.#children) if (child.intent !== null) child.intend('stop');
    if (defect !== null) {
      this.ports.raiseAlarm({
        source: `supervisor:${this.path}`,
        message: `Supervisor "${this.definition.name}" broke; all its children were stopped.`,
        error: describeFailure(defect, 1),
      });
    }
    this.#callers.push(...this.#requests.splice(0));
    this.answerCallers();
    this.ports.noteChange();
    this.#ended.resolve();
  }
}
