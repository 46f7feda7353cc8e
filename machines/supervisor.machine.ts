import { setup } from 'xstate';

/** What a supervisor is started with. */
export interface SupervisorMachineInput {
  readonly name: string;
}

/** One life of a child: its name, and how many lives it has had, this one counted. */
export interface ChildLife {
  readonly name: string;
  readonly incarnation: number;
}

/** What the supervisor machine is told; the last two are XState's own. */
export type SupervisorMachineEvent =
  | ({ readonly type: 'child.ended'; readonly outcome: 'done' | 'error' } & ChildLife)
  | ({ readonly type: 'child.stopped' } & ChildLife)
  | ({ readonly type: 'deadline.passed' } & ChildLife)
  | { readonly type: 'child.restart'; readonly name: string }
  | { readonly type: 'child.stop'; readonly name: string }
  | { readonly type: 'plan.changed' }
  | { readonly type: 'group.cleared' }
  | { readonly type: 'start.due' }
  | { readonly type: 'supervisor.start' }
  | { readonly type: 'supervisor.stop' }
  | { readonly type: 'grace.passed' }
  | { readonly type: 'xstate.done.actor.child'; readonly output: unknown }
  | { readonly type: 'xstate.error.actor.child'; readonly error: unknown };

/**
 * A supervisor: it starts its children in order, watches them, and when one ends it clears and
 * restarts those that the strategy restarts together.
 *
 * A hot machine: its effects are the named actions without a body here, and its children live
 * outside its snapshot, in the bound actions. `child.ended` is a child's own end, `child.stopped` the
 * end of a child that was asked. The bound actions raise `plan.changed` and `group.cleared`, so that
 * nothing comes between a decision and its consequence. XState's own events of a child do not say
 * which child it was: they are taken, so that they do not end the supervisor, and left at that.
 */
export const supervisorMachine = setup({
  types: {
    context: {} as SupervisorMachineInput,
    input: {} as SupervisorMachineInput,
    events: {} as SupervisorMachineEvent,
  },
  actions: {
    judgeChild: () => {},
    planRestart: () => {},
    planStop: () => {},
    planEnd: () => {},
    stopNext: () => {},
    killLate: () => {},
    killAll: () => {},
    scheduleStart: () => {},
    cancelStart: () => {},
    startPlanned: () => {},
    answerCallers: () => {},
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ name: input.name }),
  initial: 'idle',
  on: {
    'xstate.done.actor.*': {},
    'xstate.error.actor.*': {},
  },
  states: {
    idle: {
      description: 'Nothing is started yet.',
      on: {
        'supervisor.start': { target: 'supervising', actions: [{ type: 'startPlanned' }] },
        'supervisor.stop': { target: 'stopped' },
      },
    },
    supervising: {
      description:
        'Every end of a child is judged by its restart type, the strategy and the budget.',
      initial: 'watching',
      on: {
        'child.ended': { actions: [{ type: 'judgeChild' }] },
        'child.restart': { actions: [{ type: 'planRestart' }] },
        'child.stop': { actions: [{ type: 'planStop' }] },
        'plan.changed': { target: '.clearing' },
        'supervisor.stop': { target: 'stopping' },
      },
      states: {
        watching: {
          description: 'Nothing is planned: each child runs, or stays ended.',
          entry: [{ type: 'answerCallers' }],
        },
        clearing: {
          description: 'Children that are to end are stopped one by one, the last started first.',
          entry: [{ type: 'stopNext' }],
          on: {
            'child.stopped': { actions: [{ type: 'stopNext' }] },
            'deadline.passed': { actions: [{ type: 'killLate' }] },
            'group.cleared': { target: 'resting' },
          },
        },
        resting: {
          description:
            'The turn is left to others, so that a child that fails at once starves nobody.',
          entry: [{ type: 'scheduleStart' }],
          exit: [{ type: 'cancelStart' }],
          on: {
            'start.due': { target: 'watching', actions: [{ type: 'startPlanned' }] },
          },
        },
      },
    },
    stopping: {
      description: 'All children are stopped one by one, the last started first.',
      entry: [{ type: 'planEnd' }, { type: 'stopNext' }],
      on: {
        'child.stopped': { actions: [{ type: 'stopNext' }] },
        'deadline.passed': { actions: [{ type: 'killLate' }] },
        'grace.passed': { actions: [{ type: 'killAll' }] },
        'group.cleared': { target: 'stopped' },
      },
    },
    stopped: {
      description: 'No child is alive, and none will be started again.',
      type: 'final',
    },
  },
});
