import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { parallelMachine } from '../../machines/parallel.machine.ts';
import type { CompositeEvent, ParallelInput } from '../../src/kernel/job-machine-types.ts';
import { isEventless, leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof parallelMachine>;

const outcomes = ['completed', 'failed', 'doubted', 'stopped'] as const;

/** Only as many ends as there are steps at work. */
const eventsAt = ({ context, status }: Snapshot): CompositeEvent[] =>
  status === 'active' && context.running > 0
    ? [
        ...outcomes.map((outcome): CompositeEvent => ({ type: `step.${outcome}`, step: 0 })),
        { type: 'steps.stop' },
      ]
    : [];

function after(
  input: Partial<ParallelInput>,
  ...events: readonly CompositeEvent['type'][]
): [Snapshot, string[]] {
  const given: ParallelInput = { steps: 3, limit: 3, onFailure: 'cancel', ...input };
  let [snapshot, actions] = initialTransition(parallelMachine, given);
  const called = [...actions];
  for (const type of events) {
    [snapshot, actions] = transition(parallelMachine, snapshot, { type, step: 0 });
    called.push(...actions);
  }
  return [snapshot, called.map(({ type }) => type)];
}

describe('parallelMachine', () => {
  it('reaches every state in which it can rest, and takes every transition', () => {
    const walks = (['cancel', 'finish'] as const).map((onFailure) =>
      walk(parallelMachine, { steps: 3, limit: 2, onFailure }, eventsAt, { withContext: true }),
    );
    const states = new Set(walks.flatMap((each) => [...each.states]));
    const resting = leavesOf(parallelMachine).filter((id) => id !== 'parallel.deciding');
    expect([...states].map((state) => `parallel.${JSON.parse(state)}`).toSorted()).toEqual(
      resting.toSorted(),
    );
    const all = [...transitionsOf(parallelMachine)].filter((name) => !isEventless(name));
    const taken = new Set(walks.flatMap((each) => [...each.transitions]));
    expect([...taken].toSorted()).toEqual(all.toSorted());
  });

  it('is completed at once without steps', () => {
    const [snapshot, actions] = after({ steps: 0, limit: 0 });
    expect(snapshot).toMatchObject({ status: 'done', value: 'completed' });
    expect(actions.at(-1)).toBe('tellEnd');
  });

  it('runs as many at once as may, and the next one when one completes', () => {
    const [first] = after({ steps: 5, limit: 2 });
    expect(first.context).toMatchObject({ started: 2, running: 2 });
    const [second] = after({ steps: 5, limit: 2 }, 'step.completed', 'step.completed');
    expect(second.context).toMatchObject({ started: 4, running: 2 });
    const [last] = after(
      { steps: 5, limit: 2 },
      ...Array.from({ length: 5 }, () => 'step.completed' as const),
    );
    expect(last).toMatchObject({ status: 'done', value: 'completed' });
  });

  it('ends those that run at the first failure, and starts no other', () => {
    const [stopping, actions] = after({ steps: 5, limit: 3 }, 'step.failed');
    expect(stopping).toMatchObject({ value: 'stopping', context: { running: 2, started: 3 } });
    expect(actions.filter((type) => type === 'stopSteps')).toHaveLength(1);
    const [failed] = after({ steps: 5, limit: 3 }, 'step.failed', 'step.stopped', 'step.completed');
    expect(failed).toMatchObject({ status: 'done', value: 'failed' });
  });

  it('lets those that run finish, when told so, and starts no other', () => {
    const input = { steps: 5, limit: 3, onFailure: 'finish' } as const;
    const [finishing, actions] = after(input, 'step.failed', 'step.completed');
    expect(finishing).toMatchObject({ value: 'finishing', context: { running: 1, started: 3 } });
    expect(actions).not.toContain('stopSteps');
    expect(after(input, 'step.failed', 'step.completed', 'step.completed')[0].value).toBe('failed');
  });

  it('is failed at once by the failure of the last that runs', () => {
    const [snapshot] = after({ steps: 2, limit: 2 }, 'step.completed', 'step.failed');
    expect(snapshot.value).toBe('failed');
  });

  it('asks a person when a step is in doubt, also when another one failed', () => {
    const [snapshot] = after({}, 'step.doubted', 'step.failed', 'step.completed');
    expect(snapshot.value).toBe('doubtful');
  });

  it('is stopped when the last step that was told to end has ended', () => {
    const [stopping] = after({}, 'steps.stop', 'step.stopped', 'step.completed');
    expect(stopping.value).toBe('stopping');
    const [stopped] = after({}, 'steps.stop', 'step.stopped', 'step.completed', 'step.failed');
    expect(stopped.value).toBe('stopped');
  });
});
