import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { sequenceMachine } from '../../machines/sequence.machine.ts';
import type { CompositeEvent } from '../../src/kernel/job-machine-types.ts';
import { isEventless, leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof sequenceMachine>;

const input = { steps: 2 };

const outcomes = ['completed', 'failed', 'doubted', 'stopped'] as const;

const eventsAt = (): CompositeEvent[] => [
  ...outcomes.map((outcome): CompositeEvent => ({ type: `step.${outcome}`, step: 0 })),
  ...outcomes.map((outcome): CompositeEvent => ({ type: `step.${outcome}`, step: 1 })),
  { type: 'steps.stop' },
];

/** The states that follow from events, and the actions on the way. */
function after(steps: number, ...events: readonly CompositeEvent[]): [Snapshot, string[]] {
  let [snapshot, actions] = initialTransition(sequenceMachine, { steps });
  const called = [...actions];
  for (const event of events) {
    [snapshot, actions] = transition(sequenceMachine, snapshot, event);
    called.push(...actions);
  }
  return [snapshot, called.map(({ type }) => type)];
}

const isTransient = (name: string): boolean => name.startsWith('sequence.choosing');

describe('sequenceMachine', () => {
  it('reaches every state in which it can rest, and takes every transition', () => {
    const { states, transitions } = walk(sequenceMachine, input, eventsAt, {
      withContext: true,
    });
    const resting = leavesOf(sequenceMachine).filter((id) => !isTransient(id));
    expect([...states].map((state) => `sequence.${JSON.parse(state)}`).toSorted()).toEqual(
      resting.toSorted(),
    );
    const taken = [...transitionsOf(sequenceMachine)].filter((name) => !isEventless(name));
    expect([...transitions].toSorted()).toEqual(taken.toSorted());
  });

  it('is completed at once without steps', () => {
    const [snapshot, actions] = after(0);
    expect(snapshot).toMatchObject({ status: 'done', value: 'completed' });
    expect(actions).toEqual(['tellEnd']);
  });

  it('starts each step when the one before has completed', () => {
    const [snapshot, actions] = after(
      2,
      { type: 'step.completed', step: 0 },
      { type: 'step.completed', step: 1 },
    );
    expect(snapshot.value).toBe('completed');
    expect(actions).toEqual(['startStep', 'startStep', 'tellEnd']);
  });

  it.each(['failed', 'doubted'] as const)('starts nothing after a step that %s', (outcome) => {
    const [snapshot, actions] = after(2, { type: `step.${outcome}`, step: 0 });
    expect(snapshot.value).toBe(outcome === 'failed' ? 'failed' : 'doubtful');
    expect(actions).toEqual(['startStep', 'tellEnd']);
  });

  it('is deaf to a step that is not the present one', () => {
    const [snapshot] = after(2, { type: 'step.failed', step: 1 });
    expect(snapshot.value).toBe('running');
  });

  it('waits for the step that it told to end, however that ends', () => {
    const [stopping, actions] = after(2, { type: 'steps.stop' });
    expect(stopping.value).toBe('stopping');
    expect(actions).toEqual(['startStep', 'stopSteps']);
    const values = outcomes.map(
      (outcome) =>
        transition(sequenceMachine, stopping, { type: `step.${outcome}`, step: 0 })[0].value,
    );
    expect(values).toEqual(['stopped', 'stopped', 'doubtful', 'stopped']);
  });
});
