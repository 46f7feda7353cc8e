import { assign, setup } from 'xstate';
import type {
  CompositeEvent,
  CompositeOutcome,
  SequenceInput,
} from '../src/kernel/job-machine-types.ts';

/**
 * Steps one after the other, one of them running at a time.
 *
 * A hot machine: a job may have thousands of these within each other. Its effects are the named
 * actions without a body here; what becomes of a step comes back as an event with the step's number.
 */
export const sequenceMachine = setup({
  types: {
    context: {} as SequenceInput & { readonly step: number },
    events: {} as CompositeEvent,
    input: {} as SequenceInput,
  },
  actions: {
    startStep: () => {},
    stopSteps: () => {},
    tellEnd: (_, _params: { readonly outcome: CompositeOutcome }) => {},
    nameNext: assign({ step: ({ context }) => context.step + 1 }),
  },
  guards: {
    hasStepsLeft: ({ context }) => context.step + 1 < context.steps,
    isCurrent: ({ context, event }) => 'step' in event && event.step === context.step,
  },
}).createMachine({
  id: 'sequence',
  context: ({ input }) => ({ steps: input.steps, step: -1 }),
  initial: 'choosing',
  states: {
    choosing: {
      description: 'Transient: the next step is started, or there is none.',
      always: [
        {
          guard: { type: 'hasStepsLeft' },
          target: 'running',
          actions: [{ type: 'nameNext' }, { type: 'startStep' }],
        },
        { target: 'completed' },
      ],
    },
    running: {
      description: 'One step runs; those after it wait for it to complete.',
      tags: ['active'],
      on: {
        'step.completed': { guard: { type: 'isCurrent' }, target: 'choosing' },
        'step.failed': { guard: { type: 'isCurrent' }, target: 'failed' },
        'step.doubted': { guard: { type: 'isCurrent' }, target: 'doubtful' },
        'step.stopped': { guard: { type: 'isCurrent' }, target: 'stopped' },
        'steps.stop': { target: 'stopping', actions: [{ type: 'stopSteps' }] },
      },
    },
    stopping: {
      description: 'The step that runs is told to end, and no other is started.',
      tags: ['active'],
      on: {
        'step.completed': { guard: { type: 'isCurrent' }, target: 'stopped' },
        'step.failed': { guard: { type: 'isCurrent' }, target: 'stopped' },
        'step.doubted': { guard: { type: 'isCurrent' }, target: 'doubtful' },
        'step.stopped': { guard: { type: 'isCurrent' }, target: 'stopped' },
      },
    },
    completed: {
      description: 'Every step has completed, or there was none.',
      type: 'final',
      entry: [{ type: 'tellEnd', params: { outcome: 'completed' } }],
    },
    failed: {
      description: 'A step failed; those after it were never started.',
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
