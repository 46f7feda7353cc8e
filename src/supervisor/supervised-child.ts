import { createActor } from 'xstate';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { ChildLife, SupervisorMachineEvent } from '../../machines/supervisor.machine.ts';
import type { TaskError } from '../kernel/task-error.ts';
import { describeFailure, killActor, offerStop, takesStop } from './child-actor.ts';
import type { ChildIntent, ChildOutcome, ChildRest, PlannedChild } from './child-plan.ts';
import type { RestartLimits } from './restart-budget.ts';
import { isSupervisorDefinition } from './supervisor-definition.ts';
import type {
  ChildDefinition,
  RestartType,
  SupervisorDefinition,
} from './supervisor-definition.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import type { ChildState, ChildStatus, SupervisorStatus } from './supervisor-status.ts';

/** One supervisor of a running tree. */
export interface SupervisorNode {
  readonly path: string;
  readonly state: SupervisorStatus['state'];
  readonly isDegraded: boolean;
  readonly names: readonly string[];
  /** The machine to run, once. */
  readonly logic: AnyActorLogic;
  /** Starts the actor that was made of the logic, and then the children. */
  start(self: AnyActorRef): void;
  find(name: string): SupervisedChild | undefined;
  tell(event: SupervisorMachineEvent): void;
  /** Does what a person asks for; resolves when nothing is planned any more. */
  request(type: 'child.restart' | 'child.stop', name: string): Promise<void>;
  status(): SupervisorStatus;
  statusOf(child: SupervisedChild): ChildStatus;
}

/** The supervisor, as one of its children sees it. */
export interface ChildHost {
  readonly ports: SupervisorPorts;
  /** Makes the node of a child that is a supervisor. */
  nest(definition: SupervisorDefinition, path: string): SupervisorNode;
  tell(event: SupervisorMachineEvent): void;
  changed(child: SupervisedChild): void;
}

/** One child through all its lives. A life is one actor, made afresh from the child's logic. */
export class SupervisedChild implements PlannedChild {
  readonly path: string;
  readonly definition: ChildDefinition;
  /** Its place in the start order. */
  readonly index: number;
  readonly #host: ChildHost;
  intent: ChildIntent | null = null;
  isUnjudged = false;
  budget: readonly number[] = [];
  #rest: ChildRest = 'stopped';
  #incarnation = 0;
  #actor: AnyActorRef | null = null;
  #nested: SupervisorNode | null = null;
  #lastError: TaskError | null = null;
  #hasEnded = false;
  #isAsked = false;
  /** It is a machine in a state that does not take the stop event; a later one may. */
  #isOfferDue = false;
  #deadline: unknown = null;

  constructor(definition: ChildDefinition, index: number, path: string, host: ChildHost) {
    this.definition = definition;
    this.index = index;
    this.path = path;
    this.#host = host;
  }

  get name(): string {
    return this.definition.name;
  }

  get restartType(): RestartType {
    return this.definition.restart;
  }

  get rest(): ChildRest {
    return this.#rest;
  }

  get life(): ChildLife {
    return { name: this.name, incarnation: this.#incarnation };
  }

  get isAlive(): boolean {
    return this.#actor !== null;
  }

  /** The present life; null when it is not alive. */
  get actor(): AnyActorRef | null {
    return this.#actor;
  }

  /** The supervisor that this child is, in its present or last life. */
  get nested(): SupervisorNode | null {
    return this.#nested;
  }

  get lastError(): TaskError | null {
    return this.#lastError;
  }

  get state(): ChildState {
    if (this.isAlive) return this.#isAsked ? 'stopping' : 'running';
    return this.intent === 'restart' ? 'restarting' : this.#rest;
  }

  status({ maxRestarts, windowMs }: RestartLimits, nowMs: number): ChildStatus {
    return {
      name: this.name,
      state: this.state,
      restarts: Math.max(0, this.#incarnation - 1),
      restartsInWindow: this.budget.filter((at) => nowMs - at <= windowMs).length,
      maxRestarts,
      lastError: this.#lastError,
      ...(this.#nested === null ? {} : { supervisor: this.#nested.status() }),
    };
  }

  start(parent: AnyActorRef): void {
    this.#incarnation += 1;
    this.intent = null;
    this.isUnjudged = false;
    this.#isAsked = false;
    this.#hasEnded = false;
    const incarnation = this.#incarnation;
    if (incarnation > 1) {
      const fields = { child: this.path, restarts: incarnation - 1 };
      this.#host.ports.logger.info(fields, 'A supervised child is started again.');
    }
    try {
      const actor = this.#create(parent);
      this.#actor = actor;
      actor.subscribe({
        next: () => this.#offerAgain(),
        error: (error: unknown) => this.#end(incarnation, 'error', error),
        complete: () => this.#end(incarnation, 'done', null),
      });
      if (this.#nested === null) actor.start();
      else this.#nested.start(actor);
    } catch (error) {
      this.#end(incarnation, 'error', error);
    }
    this.#host.changed(this);
  }

  /** Says what shall become of it; at once, when it is not alive. */
  intend(intent: ChildIntent): void {
    this.intent = intent;
    this.isUnjudged = false;
    if (!this.isAlive) this.#settle();
    this.#host.changed(this);
  }

  /** Tells it to end: a machine that takes the stop event has its time, any other ends at once. */
  ask(): void {
    const { logic, shutdownMs } = this.definition;
    if (this.#isAsked || this.#actor === null) return;
    this.#isAsked = true;
    this.#host.changed(this);
    if (isSupervisorDefinition(logic)) {
      offerStop(this.#actor);
    } else if (shutdownMs === 0 || !takesStop(logic)) {
      killActor(this.#actor);
    } else {
      const life = this.life;
      this.#deadline = this.#host.ports.clock.setTimeout(
        () => this.#host.tell({ type: 'deadline.passed', ...life }),
        shutdownMs ?? 0,
      );
      this.#isOfferDue = !offerStop(this.#actor);
    }
  }

  /** Ends it at once; it counts as asked. */
  kill(): void {
    this.#isAsked = true;
    if (this.#actor !== null) killActor(this.#actor);
  }

  #create(parent: AnyActorRef): AnyActorRef {
    const { name, logic, input } = this.definition;
    if (isSupervisorDefinition(logic)) {
      this.#nested = this.#host.nest(logic, this.path);
      const { logic: machine } = this.#nested;
      return createActor(machine, { parent, id: 'child', src: name, input: { name } });
    }
    return createActor(logic, {
      parent,
      id: 'child',
      src: name,
      input: typeof input === 'function' ? (input as () => unknown)() : input,
      logger: (...logged) => this.#host.ports.logger.info({ child: this.path, logged }),
    });
  }

  #offerAgain(): void {
    if (this.#isOfferDue && this.#actor !== null) this.#isOfferDue = !offerStop(this.#actor);
  }

  #end(incarnation: number, outcome: ChildOutcome, error: unknown): void {
    if (incarnation !== this.#incarnation || this.#hasEnded) return;
    const { ports } = this.#host;
    const actor = this.#actor;
    const isAsked = this.#isAsked;
    this.#hasEnded = true;
    this.#actor = null;
    this.#isOfferDue = false;
    if (this.#deadline !== null) ports.clock.clearTimeout(this.#deadline);
    this.#deadline = null;
    if (outcome === 'error') {
      this.#lastError = describeFailure(error, incarnation);
      ports.logger.warn({ child: this.path, error: this.#lastError }, 'A supervised child failed.');
      if (actor !== null) ports.guarded('clean-up', () => killActor(actor));
    }
    this.#rest = outcome === 'done' && !isAsked ? 'completed' : 'stopped';
    this.isUnjudged = this.intent === null && !isAsked;
    this.#settle();
    const { life } = this;
    if (this.isUnjudged) return this.#host.tell({ type: 'child.ended', outcome, ...life });
    this.#host.changed(this);
    // XState itself tells the supervisor of the end after this, and the last end is the supervisor's.
    queueMicrotask(() => this.#host.tell({ type: 'child.stopped', ...life }));
  }

  /** Comes to rest as was intended; a restart is still to come. */
  #settle(): void {
    if (this.intent === null || this.intent === 'restart') return;
    if (this.intent === 'down') this.#rest = 'down';
    else if (this.#rest !== 'completed') this.#rest = 'stopped';
    this.intent = null;
  }
}
