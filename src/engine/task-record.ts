import type { TaskRef } from '../actors/task-logic.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { TaskParent } from '../kernel/job-steps.ts';
import type { Actor } from '../kernel/task-event.ts';
import type { TaskResult, TeardownOutcome } from '../kernel/task-result.ts';
import type { TaskState } from '../kernel/task-state.ts';
import { stricter } from '../kernel/plugin-traits.ts';
import type { Effect } from '../kernel/plugin-traits.ts';
import type { RunstateError } from '../kernel/errors.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { TaskMachineEvent } from '../kernel/task-machine-types.ts';
import type { StoredBrief } from '../kernel/task-store.ts';
import type { TaskHandle } from './task-handle.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { redact } from '../wire/secret-fields.ts';
import type { Candidate } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { WatchedConditions } from './condition-watches.ts';
import type { Countdown } from './countdown.ts';
import { EventHistory } from './event-history.ts';
import type { TaskLimits } from './limits.ts';
import type { ResourceUnits } from './resource-ledger.ts';
import { redactStored } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import type { SubmitOptions } from './submission.ts';

/** Who acknowledged that a task was stopped or suspended; `nobody` when its code goes on. */
export type AcknowledgedBy = 'queue' | 'plugin' | 'runner' | 'device' | 'nobody';

/** Who asked for something, and why. */
export interface Request {
  readonly by?: Actor | undefined;
  readonly reason?: string | undefined;
}

/** Who asked and why, as an event says it. */
export function askedBy(request: Request | null): {
  readonly by?: Actor;
  readonly reason?: string;
} {
  return {
    ...(request?.by === undefined ? {} : { by: request.by }),
    ...(request?.reason === undefined ? {} : { reason: request.reason }),
  };
}

/** A cancel that was asked for. */
export interface Cancellation extends Request {
  readonly askedAt: number;
  /** The condition that asks for it, as the task's error has it. */
  readonly cause?: RunstateError;
  graceMs: number;
  acknowledgedBy: AcknowledgedBy | null;
  /** What goes on elsewhere, by its names there. */
  stillRunning?: readonly string[];
}

/** A suspend that was asked for. */
export interface Suspension {
  by?: Actor | undefined;
  reason?: string | undefined;
  /** A condition asks for it, and no person: it ends with the condition's being met. */
  isInterlock: boolean;
  readonly answer: Deferred<AcknowledgedBy>;
  isParked: boolean;
  /** `resume()` was called and the task waits for a slot; null while it was not. */
  resuming: Deferred<AcknowledgedBy> | null;
}

/** One `waitFor` under way. */
export interface Wait {
  readonly id: number;
}

/** What keeps a pending task from being ready; null each when it does not. */
export interface Gate {
  hold: Request | null;
  notBefore: number | null;
  isRetry: boolean;
  /** It comes from before a restart, and its plugin is not there. */
  isWithoutPlugin: boolean;
  dependsOn: Set<number> | null;
  timer: unknown;
}

/** The conditions that a task waits for, or that watch over it while it runs. */
export interface Guard {
  readonly watched: WatchedConditions;
  /** Conditions of which it was told that it goes on without them. */
  readonly told: Set<string>;
  /** Told when they matter no more, if somebody waits for an answer. */
  left: (() => void) | null;
}

const noNames: readonly string[] = [];

/** All that the engine knows of one task. Parts that few tasks need are null until they do. */
export class TaskRecord implements Candidate {
  readonly id: number;
  plugin: DefinedPlugin;
  /** The input as it was given; while `isSealed`, as it is stored. */
  input: unknown;
  /** The input as it is stored, its secrets sealed. */
  storedInput: unknown;
  /** It comes from the store, and its secrets have not been opened yet. */
  isSealed = false;
  readonly options: SubmitOptions;
  limits: TaskLimits;
  request: ResourceUnits;
  readonly rank: number;
  readonly submittedAt: number;
  /** The job that it is a step of. */
  parent: TaskParent | null = null;
  isQueued = false;
  isAccepted = false;
  /** What repeating it meant when it was submitted. */
  submittedEffect: Effect;
  /** Why the store did not take it. */
  refusal: unknown = null;
  /** Its end is decided, and is being committed: nothing of it changes any more. */
  isEnding = false;

  /** The engine closed before it had settled; its store may keep it. */
  isLeft = false;

  state: TaskState = 'pending';
  /** States that its machine comes to after a restart, and that were told before it. */
  toldBefore: TaskState[] | null = null;
  /** Why an operator is asked what became of it. */
  doubt: TaskError | null = null;
  attempt = 0;
  /** Attempts that the end of an engine broke off: they use up no retry. */
  interruptions = 0;
  startedAt: number | null = null;
  #ref: TaskRef | null = null;
  /** Events that came before the pool had started the task. */
  #early: TaskMachineEvent[] | null = null;
  handle: TaskHandle | null = null;
  current: Attempt | null = null;
  gate: Gate | null = null;
  /** The names of the conditions it requires. */
  requires: readonly string[] = noNames;
  guard: Guard | null = null;
  /** The last attempt was broken off by the end of an earlier engine, and none has begun here. */
  wasBrokenOff = false;
  hasSlot = false;
  hasResources = false;
  /** Its `waitFor`s under way; empty while it waits for a slot to go on after the last of them. */
  waitingOn: Set<Wait> | null = null;

  readonly history = new EventHistory();
  /** Called after each event. */
  listeners: Set<() => void> | null = null;
  onSettled: ((result: TaskResult) => void)[] | null = null;
  whenSettled: Deferred<TaskResult> | null = null;
  whenAccepted: Deferred<void> | null = null;

  output: unknown = null;
  hasPayload = false;
  payload: unknown = null;
  summary: unknown = '';
  checkpoint: unknown = undefined;
  teardown: TeardownOutcome = 'none';
  mailbox: unknown[] | null = null;

  cancellation: Cancellation | null = null;
  /** The grace that the engine's end leaves it, in milliseconds; null while it does not end. */
  shutdownGraceMs: number | null = null;
  suspension: Suspension | null = null;
  /** Who asked for what the next status tells of. */
  asked: Request | null = null;
  expiry: TaskError | null = null;
  deadline: Countdown | null = null;
  queueTimeout: Countdown | null = null;
  stopListening: (() => void) | null = null;
  result: TaskResult | null = null;
  /** Set when it is not live, and result, output and events are read from the store. */
  brief: StoredBrief | null = null;

  constructor(
    id: number,
    plugin: DefinedPlugin,
    input: unknown,
    options: SubmitOptions,
    limits: TaskLimits,
    request: ResourceUnits,
    submittedAt: number,
    agingMs: number,
  ) {
    this.id = id;
    this.plugin = plugin;
    this.submittedEffect = plugin.effect;
    this.input = input;
    this.storedInput = input;
    this.options = options;
    this.limits = limits;
    this.request = request;
    this.submittedAt = submittedAt;
    const { priority = 0 } = options;
    this.rank = agingMs === 0 ? priority : priority - submittedAt / agingMs;
  }

  /** The input as people may see it. */
  get shownInput(): unknown {
    if (this.brief !== null) return this.input;
    return this.isSealed ? redactStored(this.storedInput) : redact(this.plugin.input, this.input);
  }

  /**
   * Opens the secrets of an input that comes from the store.
   *
   * @throws {@link RunstateError} `SECRET_LOST`
   */
  unseal(secrets: Secrets): void {
    if (!this.isSealed) return;
    this.input = secrets.unseal(this.plugin, this.storedInput, this.id);
    this.isSealed = false;
  }

  get isSettled(): boolean {
    return this.result !== null;
  }

  /** Nothing more happens to it in this engine. */
  get isOver(): boolean {
    return this.result !== null || this.isLeft;
  }

  /** What repeating it means: its plugin may have changed since, and the stricter word counts. */
  get effect(): Effect {
    return stricter(this.submittedEffect, this.plugin.effect);
  }

  /** Whether it takes no slot: its work is done elsewhere. */
  get isSlotless(): boolean {
    return this.plugin.builtIn?.isSlotless === true;
  }

  /** Whether an attempt that was broken off is gone on with, whatever its effect. */
  get continues(): boolean {
    return this.plugin.builtIn?.continues === true;
  }

  /** Tells the task's machine; what comes before it is started waits for it. */
  send(event: TaskMachineEvent): void {
    if (this.isEnding) return;
    if (this.#ref !== null) this.#ref.send(event);
    else (this.#early ??= []).push(event);
  }

  attach(ref: TaskRef): void {
    this.#ref = ref;
    for (const event of this.#early ?? []) ref.send(event);
    this.#early = null;
  }

  /** Lets go of the actor: a handle that lives long must not keep it. */
  detach(): void {
    this.#ref = null;
  }

  /** The conditions that keep it from being ready; made when the first one is. */
  openGate(): Gate {
    this.gate ??= {
      hold: null,
      notBefore: null,
      isRetry: false,
      isWithoutPlugin: false,
      dependsOn: null,
      timer: null,
    };
    return this.gate;
  }
}
