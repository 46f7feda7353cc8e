import { assign, setup } from 'xstate';
import type {
  CompositeEvent,
  CompositeOutcome,
  ParallelInput,
} from '../src/kernel/job-machine-types.ts';

/**
 * Steps side by side, `limit` of them at a time.
 *
 * A hot machine: a job may have thousands of these within each other. Its effects are the named
 * actions without a body here; what becomes of a step comes back as an event.
 */
export const parallelMachine = setup({
  types: {
    context: {} as ParallelInput & {
      readonly started: number;
      readonly running: number;
      readonly hasFailed: boolean;
      readonly isDoubtful: boolean;
    },
    events: {} as CompositeEvent,
    input: {} as ParallelInput,
  },
  actions: {
    startSteps: () => {},
    stopSteps: () => {},
    tellEnd: (_, _params: { readonly outcome: CompositeOutcome }) => {},
    countStarts: assign(({ context: { steps, limit, started, running } }) => {
      const starts = Math.min(steps - started, limit - running);
      return { started: started + starts, running: running + starts };
    }),
    countEnd: assign({ running: ({ context }) => context.running - 1 }),
    noteFailure: assign({ hasFailed: true }),
    noteDoubt: assign({ isDoubtful: true }),
  },
  guards: {
    hasStepsLeft: ({ context }) => context.started < context.steps,
    isDone: ({ context }) => context.running === 0 && context.started === context.steps,
    isAtRest: ({ context }) => context.running === 0,
    letsFinish: ({ context }) => context.onFailure === 'finish',
    isDoubtful: ({ context }) => context.isDoubtful,
    hasFailed: ({ context }) => context.hasFailed,
  },
}).createMachine({
  id: 'parallel',
  context: ({ input }) => ({
    steps: input.steps,
    limit: input.limit,
    onFailure: input.onFailure,
    started: 0,
    running: 0,
    hasFailed: false,
    isDoubtful: false,
  }),
  initial: 'running',
  states: {
    running: {
      description: 'As many steps run as may; one that completes makes room for the next.',
      tags: ['active'],
      entry: [{ type: 'startSteps' }, { type: 'countStarts' }],
      always: [{ guard: { type: 'isDone' }, target: 'completed' }],
      on: {
        'step.completed': [
          {
            guard: { type: 'hasStepsLeft' },
            actions: [{ type: 'countEnd' }, { type: 'startSteps' }, { type: 'countStarts' }],
          },
          { actions: [{ type: 'countEnd' }] },
        ],
        'step.failed': [
          {
            guard: { type: 'letsFinish' },
            target: 'finishing',
            actions: [{ type: 'countEnd' }, { type: 'noteFailure' }],
          },
          {
            target: 'stopping',
            actions: [{ type: 'countEnd' }, { type: 'noteFailure' }, { type: 'stopSteps' }],
          },
        ],
        'step.doubted': {
          target: 'finishing',
          actions: [{ type: 'countEnd' }, { type: 'noteDoubt' }],
        },
        'step.stopped': {
          target: 'stopping',
          actions: [{ type: 'countEnd' }, { type: 'stopSteps' }],
        },
        'steps.stop': { target: 'stopping', actions: [{ type: 'stopSteps' }] },
      },
    },
    finishing: {
      description:
        'A step failed or is in doubt: those that run go on to their end, no other starts.',
      tags: ['active'],
      always: [{ guard: { type: 'isAtRest' }, target: 'deciding' }],
      on: {
        'step.completed': { actions: [{ type: 'countEnd' }] },
        'step.failed': { actions: [{ type: 'countEnd' }, { type: 'noteFailure' }] },
        'step.doubted': { actions: [{ type: 'countEnd' }, { type: 'noteDoubt' }] },
        'step.stopped': { actions: [{ type: 'countEnd' }] },
        'steps.stop': { target: 'stopping', actions: [{ type: 'stopSteps' }] },
      },
    },
    stopping: {
      description: 'The steps that run are told to end, and no other is started.',
      tags: ['active'],
      always: [{ guard: { type: 'isAtRest' }, target: 'deciding' }],
      on: {
        'step.completed': { actions: [{ type: 'countEnd' }] },
        'step.failed': { actions: [{ type: 'countEnd' }] },
        'step.doubted': { actions: [{ type: 'countEnd' }, { type: 'noteDoubt' }] },
        'step.stopped': { actions: [{ type: 'countEnd' }] },
      },
    },
    deciding: {
      description: 'Transient: nothing runs any more; a doubt outranks a failure.',
      always: [
        { guard: { type: 'isDoubtful' }, target: 'doubtful' },
        { guard: { type: 'hasFailed' }, target: 'failed' },
        { target: 'stopped' },
      ],
    },
    completed: {
      description: 'Every step has completed, or there was none.',
      type: 'final',
      entry: [{ type: 'tellEnd', params: { outcome: 'completed' } }],
    },
    failed: {
      description: 'A step failed, and nothing of it runs any more.',
      type: 'final',
      entry: [{ type: 'tellEnd', params: { outcome: 'failed' } }],
    },
    doubtful: {
      description: 'Nobody knows what became of a step; a person is asked.',
      type: 'final',
      entry: [{ type: 'tellEnd', params: { outcome: 'doubted' } }],
    },
    stopped: {
      description: 'It was told to end before it was done.',
      type: 'final',
      entry: [{ type: 'tellEnd', params: { outcome: 'stopped' } }],
    },
  },
});
