import { assign, setup } from 'xstate';
import type {
  StopCause,
  TaskMachineContext,
  TaskMachineEvent,
  TaskMachineInput,
  Verdict,
} from '../src/kernel/task-machine-types.ts';
import type { TaskError } from '../src/kernel/task-error.ts';
import type { TaskState } from '../src/kernel/task-state.ts';

/**
 * One task: attempts of setup, process and teardown, the wait between them, and four ways to end.
 *
 * A hot machine: it invokes nothing and sets no timer. Its effects are the named actions without a
 * body here; they answer with `attempt.*` events that carry the attempt's number.
 */
export const taskMachine = setup({
  types: {
    context: {} as TaskMachineContext,
    events: {} as TaskMachineEvent,
    input: {} as TaskMachineInput,
    output: {} as { readonly id: number },
  },
  actions: {
    announce: (_, _params: { readonly state: TaskState }) => {},
    beginAttempt: () => {},
    runProcess: () => {},
    runTeardown: () => {},
    abortAttempt: () => {},
    scheduleRetry: () => {},
    putBack: () => {},
    withhold: () => {},
    allowAnother: assign({ maxAttempts: ({ context }) => context.maxAttempts + 1 }),
    leaveInDoubt: () => {},
    countAttempt: assign({
      attempt: ({ context }) => context.attempt + 1,
      failure: null,
      verdict: null,
      stop: null,
    }),
    noteCancel: assign({ stop: 'cancel' as StopCause }),
    noteInterrupt: assign({ stop: ({ context }): StopCause => context.stop ?? 'shutdown' }),
    forgetInterrupt: assign({ stop: ({ context: c }) => (c.stop === 'shutdown' ? null : c.stop) }),
    // A cancel outranks every clock, and the deadline outranks a clock that allows a retry.
    noteExpiry: assign({
      stop: ({ context: { stop }, event }) =>
        event.type === 'task.expire' && (stop === null || stop === 'timeout') ? event.cause : stop,
      failure: ({ context: { stop, failure }, event }) =>
        event.type === 'task.expire' && stop !== 'cancel' ? (failure ?? event.error) : failure,
    }),
    forgoRetries: assign({ maxAttempts: ({ context }) => context.attempt }),
    noteAbandoned: assign({ isAbandoned: true }),
    rememberFailure: assign({
      failure: ({ context, event }): TaskError | null =>
        context.failure ?? ('error' in event ? event.error : null),
      verdict: ({ context, event }): Verdict | null =>
        context.failure === null && 'verdict' in event ? (event.verdict ?? null) : context.verdict,
    }),
  },
  guards: {
    isCurrent: ({ context, event }) => 'attempt' in event && event.attempt === context.attempt,
    isUnsafe: ({ context }) => context.effect === 'unsafe',
    isCurrentAndStopping: ({ context, event }) =>
      'attempt' in event && event.attempt === context.attempt && context.stop !== null,
    isCurrentAndGoing: ({ context, event }) =>
      'attempt' in event && event.attempt === context.attempt && context.stop === null,
    isCancelled: ({ context }) => context.stop === 'cancel',
    mayStart: ({ context }) => context.stop !== 'shutdown',
    isInterrupted: ({ context }) => context.stop === 'shutdown',
    isInDoubt: ({ context }) =>
      context.stop === 'shutdown' && context.effect === 'unsafe' && context.continues !== true,
    isTimedOut: ({ context }) =>
      (context.stop !== null && context.stop !== 'cancel') || context.verdict === 'timedOut',
    wasCancelledElsewhere: ({ context }) => context.verdict === 'cancelled',
    isOfUnknownOutcome: ({ context }) => context.verdict === 'awaitingOperator',
    hasFailed: ({ context }) => context.failure !== null,
    mayRetry: ({ context }) =>
      context.failure !== null &&
      context.verdict === null &&
      context.failure.isPermanent !== true &&
      context.attempt < context.maxAttempts &&
      context.stop !== 'deadline' &&
      !context.isAbandoned &&
      (context.effect !== 'unsafe' || context.failure.phase === 'setup'),
    isRerun: ({ event }) => event.type === 'task.resolve' && event.as === 'rerun',
    isResolvedAsCompleted: ({ event }) => event.type === 'task.resolve' && event.as === 'completed',
  },
}).createMachine({
  id: 'task',
  context: ({ input }) => ({
    id: input.id,
    effect: input.effect,
    continues: input.continues === true,
    maxAttempts: input.maxAttempts,
    attempt: input.attempt ?? 0,
    isAbandoned: false,
    stop: null,
    failure: null,
    verdict: null,
  }),
  output: ({ context }) => ({ id: context.id }),
  initial: 'pending',
  states: {
    pending: {
      description: 'Accepted and not running: it waits for a reason that it can name.',
      entry: [{ type: 'announce', params: { state: 'pending' } }],
      on: {
        'task.admit': {
          guard: { type: 'mayStart' },
          target: 'starting',
          actions: [{ type: 'countAttempt' }],
        },
        'task.cancel': { target: 'cancelled', actions: [{ type: 'noteCancel' }] },
        'task.fail': { target: 'failed', actions: [{ type: 'rememberFailure' }] },
        'task.expire': { target: 'timedOut', actions: [{ type: 'noteExpiry' }] },
        'task.recover': { guard: { type: 'isUnsafe' }, target: 'awaitingOperator' },
      },
    },
    starting: {
      description: 'An attempt has begun and runs its setup.',
      tags: ['active'],
      entry: [{ type: 'announce', params: { state: 'starting' } }, { type: 'beginAttempt' }],
      on: {
        'attempt.ready': [
          { guard: { type: 'isCurrentAndStopping' }, target: 'stopping' },
          {
            guard: { type: 'isCurrent' },
            target: 'running',
            actions: [{ type: 'announce', params: { state: 'running' } }, { type: 'runProcess' }],
          },
        ],
        'attempt.withheld': {
          guard: { type: 'isCurrentAndGoing' },
          target: 'pending',
          actions: [{ type: 'allowAnother' }, { type: 'withhold' }],
        },
        'attempt.failed': {
          guard: { type: 'isCurrent' },
          target: 'stopping',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.interrupted': { guard: { type: 'isCurrent' }, target: 'stopping' },
        'attempt.lost': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.abandoned': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'noteAbandoned' }, { type: 'rememberFailure' }],
        },
        'abort.failed': { guard: { type: 'isCurrent' }, actions: [{ type: 'rememberFailure' }] },
        'task.cancel': { actions: [{ type: 'noteCancel' }, { type: 'abortAttempt' }] },
        'task.expire': { actions: [{ type: 'noteExpiry' }, { type: 'abortAttempt' }] },
        'task.interrupt': { actions: [{ type: 'noteInterrupt' }, { type: 'abortAttempt' }] },
      },
    },
    running: {
      description: "The plugin's process does the work.",
      tags: ['active'],
      on: {
        'attempt.finished': [
          { guard: { type: 'isCurrentAndGoing' }, target: 'stopping' },
          {
            guard: { type: 'isCurrent' },
            target: 'stopping',
            actions: [{ type: 'forgetInterrupt' }],
          },
        ],
        'attempt.failed': {
          guard: { type: 'isCurrent' },
          target: 'stopping',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.interrupted': { guard: { type: 'isCurrent' }, target: 'stopping' },
        'attempt.parked': {
          guard: { type: 'isCurrentAndGoing' },
          target: 'suspended',
          actions: [{ type: 'announce', params: { state: 'suspended' } }],
        },
        'attempt.lost': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.abandoned': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'noteAbandoned' }, { type: 'rememberFailure' }],
        },
        'abort.failed': { guard: { type: 'isCurrent' }, actions: [{ type: 'rememberFailure' }] },
        'task.cancel': { actions: [{ type: 'noteCancel' }, { type: 'abortAttempt' }] },
        'task.expire': { actions: [{ type: 'noteExpiry' }, { type: 'abortAttempt' }] },
        'task.interrupt': { actions: [{ type: 'noteInterrupt' }, { type: 'abortAttempt' }] },
      },
    },
    suspended: {
      description: 'The work stands still with its resources; slot and clocks are let go.',
      tags: ['active'],
      on: {
        'attempt.resumed': {
          guard: { type: 'isCurrent' },
          target: 'running',
          actions: [{ type: 'announce', params: { state: 'running' } }],
        },
        'attempt.finished': { guard: { type: 'isCurrent' }, target: 'stopping' },
        'attempt.failed': {
          guard: { type: 'isCurrent' },
          target: 'stopping',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.lost': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'rememberFailure' }],
        },
        'task.cancel': {
          target: 'running',
          actions: [
            { type: 'noteCancel' },
            { type: 'announce', params: { state: 'running' } },
            { type: 'abortAttempt' },
          ],
        },
        'task.interrupt': {
          target: 'running',
          actions: [
            { type: 'noteInterrupt' },
            { type: 'announce', params: { state: 'running' } },
            { type: 'abortAttempt' },
          ],
        },
      },
    },
    stopping: {
      description:
        'The attempt cleans up after itself, however it went; to stop it now means no retry.',
      tags: ['active'],
      entry: [{ type: 'announce', params: { state: 'stopping' } }, { type: 'runTeardown' }],
      on: {
        'attempt.cleaned': { guard: { type: 'isCurrent' }, target: 'deciding' },
        'attempt.failed': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.lost': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'rememberFailure' }],
        },
        'attempt.abandoned': {
          guard: { type: 'isCurrent' },
          target: 'deciding',
          actions: [{ type: 'noteAbandoned' }, { type: 'rememberFailure' }],
        },
        'abort.failed': { guard: { type: 'isCurrent' }, actions: [{ type: 'rememberFailure' }] },
        'task.cancel': [
          { guard: { type: 'mayRetry' }, actions: [{ type: 'noteCancel' }] },
          { actions: [{ type: 'forgoRetries' }] },
        ],
        'task.expire': [
          { guard: { type: 'mayRetry' }, actions: [{ type: 'noteExpiry' }] },
          { actions: [{ type: 'forgoRetries' }] },
        ],
      },
    },
    deciding: {
      description: 'Transient: the attempt is over; another one follows, or the task ends.',
      always: [
        { guard: { type: 'isCancelled' }, target: 'cancelled' },
        {
          guard: { type: 'isOfUnknownOutcome' },
          target: 'awaitingOperator',
          actions: [{ type: 'leaveInDoubt' }],
        },
        { guard: { type: 'wasCancelledElsewhere' }, target: 'cancelled' },
        {
          guard: { type: 'isInDoubt' },
          target: 'awaitingOperator',
          actions: [{ type: 'putBack' }],
        },
        { guard: { type: 'isInterrupted' }, target: 'pending', actions: [{ type: 'putBack' }] },
        { guard: { type: 'mayRetry' }, target: 'pending', actions: [{ type: 'scheduleRetry' }] },
        { guard: { type: 'isTimedOut' }, target: 'timedOut' },
        { guard: { type: 'hasFailed' }, target: 'failed' },
        { target: 'completed' },
      ],
    },
    awaitingOperator: {
      description: 'It is not known whether the work was done; a person says what became of it.',
      entry: [{ type: 'announce', params: { state: 'awaitingOperator' } }],
      on: {
        'task.resolve': [
          { guard: { type: 'isRerun' }, target: 'pending' },
          { guard: { type: 'isResolvedAsCompleted' }, target: 'completed' },
          { target: 'failed' },
        ],
        'task.cancel': { target: 'cancelled', actions: [{ type: 'noteCancel' }] },
      },
    },
    completed: {
      description: 'The work is done and cleaned up.',
      type: 'final',
      entry: [{ type: 'announce', params: { state: 'completed' } }],
    },
    failed: {
      description: 'A phase failed and no attempt is left; the first failure is kept.',
      type: 'final',
      entry: [{ type: 'announce', params: { state: 'failed' } }],
    },
    cancelled: {
      description: 'A person or program ended it; what it had produced is kept.',
      type: 'final',
      entry: [{ type: 'announce', params: { state: 'cancelled' } }],
    },
    timedOut: {
      description: 'One of its clocks ran out.',
      type: 'final',
      entry: [{ type: 'announce', params: { state: 'timedOut' } }],
    },
  },
});
