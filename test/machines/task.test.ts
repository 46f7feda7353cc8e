import { createActor, transition } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { describe, expect, it } from 'vitest';
import { taskMachine } from '../../machines/task.machine.ts';
import type { TaskMachineEvent, TaskMachineInput } from '../../src/kernel/task-machine-types.ts';
import { leavesOf, nameOf, transitionsOf } from '../support/machine-walk.ts';
import {
  begun,
  failureIn,
  follow,
  pathsWithOneMore,
  shortestTaskPaths,
} from '../support/task-model.ts';
import type { TaskPath, TaskSnapshot } from '../support/task-model.ts';

const inputs: readonly TaskMachineInput[] = [
  { id: 1, effect: 'idempotent', maxAttempts: 2 },
  { id: 1, effect: 'unsafe', maxAttempts: 2 },
  { id: 1, effect: 'resumable', maxAttempts: 1 },
  { id: 1, effect: 'unsafe', maxAttempts: 1, continues: true },
];
const [idempotent, unsafe] = inputs as [TaskMachineInput, TaskMachineInput];

const verdicts = ['cancelled', 'timedOut', 'awaitingOperator'] as const;

const ofAttempt = (
  attempt: number,
  phase: 'setup' | 'process' | 'teardown',
): TaskMachineEvent[] => [
  { type: 'attempt.ready', attempt },
  { type: 'attempt.withheld', attempt },
  { type: 'attempt.parked', attempt },
  { type: 'attempt.resumed', attempt },
  { type: 'attempt.finished', attempt },
  { type: 'attempt.interrupted', attempt },
  { type: 'attempt.failed', attempt, error: failureIn(phase, attempt) },
  ...verdicts.map((verdict) => ({
    type: 'attempt.failed' as const,
    attempt,
    error: failureIn(phase, attempt),
    verdict,
  })),
  { type: 'attempt.lost', attempt, error: failureIn(phase, attempt) },
  { type: 'attempt.lost', attempt, error: null },
  { type: 'attempt.abandoned', attempt, error: null },
  { type: 'attempt.abandoned', attempt, error: failureIn('teardown', attempt) },
  { type: 'attempt.cleaned', attempt },
  { type: 'abort.failed', attempt, error: failureIn('abort', attempt) },
];

const ofTask: readonly TaskMachineEvent[] = [
  { type: 'task.admit' },
  { type: 'task.cancel' },
  { type: 'task.fail', error: failureIn('pending', 0) },
  { type: 'task.expire', cause: 'timeout', error: failureIn('process', 0) },
  { type: 'task.expire', cause: 'deadline', error: failureIn('process', 0) },
  { type: 'task.interrupt' },
  { type: 'task.recover' },
  { type: 'task.resolve', as: 'rerun' },
  { type: 'task.resolve', as: 'completed' },
  { type: 'task.resolve', as: 'failed' },
];

const phaseOf = ({ value }: TaskSnapshot) => {
  if (value === 'starting') return 'setup';
  return value === 'stopping' ? 'teardown' : 'process';
};

/**
 * A person may let a task in doubt run again for ever, and an attempt may be withheld any number of
 * times; the walk follows two attempts, and withholds the first.
 */
const isFollowed = (
  type: TaskMachineEvent['type'],
  { attempt }: TaskSnapshot['context'],
): boolean => {
  if (type === 'task.admit') return attempt < 2;
  return type !== 'attempt.withheld' || attempt === 1;
};

const eventsAt = (snapshot: TaskSnapshot): TaskMachineEvent[] =>
  [...ofTask, ...ofAttempt(snapshot.context.attempt, phaseOf(snapshot))].filter(({ type }) =>
    isFollowed(type, snapshot.context),
  );

const admit = { type: 'task.admit' } as const;
const cancel = { type: 'task.cancel' } as const;
const ready = (attempt = 1) => ({ type: 'attempt.ready', attempt }) as const;
const finished = (attempt = 1) => ({ type: 'attempt.finished', attempt }) as const;
const cleaned = (attempt = 1) => ({ type: 'attempt.cleaned', attempt }) as const;
const failed = (phase: 'setup' | 'process' | 'teardown', attempt = 1) =>
  ({ type: 'attempt.failed', attempt, error: failureIn(phase, attempt) }) as const;
const expired = (cause: 'timeout' | 'deadline') =>
  ({ type: 'task.expire', cause, error: failureIn('process', 1) }) as const;

const endOf = (input: TaskMachineInput, ...path: TaskPath): unknown => follow(input, path).value;

describe('taskMachine', () => {
  const transitions = new Set<string>();
  const ends = new Set<string>();
  const states = new Set<string>();
  for (const input of inputs) {
    for (const path of pathsWithOneMore(input, eventsAt)) {
      const inspect = (event: InspectionEvent): void => {
        if (event.type !== '@xstate.microstep') return;
        for (const taken of event._transitions) {
          transitions.add(nameOf(taken));
          for (const { key } of taken.target ?? []) states.add(key);
        }
      };
      const actor = createActor(taskMachine, { input, inspect });
      actor.start();
      for (const event of path) if (actor.getSnapshot().status === 'active') actor.send(event);
      ends.add(actor.getSnapshot().status);
      states.add(actor.getSnapshot().value);
      actor.stop();
    }
  }

  it('reaches every state', () => {
    const all = leavesOf(taskMachine).map((id) => id.replace('task.', ''));
    expect([...states].toSorted()).toEqual(all.toSorted());
  });

  it('takes every transition', () => {
    const ours = [...transitions].filter((name) => !name.includes('xstate.init'));
    expect(ours.toSorted()).toEqual([...transitionsOf(taskMachine)].toSorted());
  });

  it('breaks on no path', () => {
    expect([...ends].toSorted()).toEqual(['active', 'done']);
  });

  it('drops every event of another attempt, in every situation', () => {
    for (const input of inputs) {
      for (const { path, end } of shortestTaskPaths(input, eventsAt)) {
        if (end.status !== 'active') continue;
        for (const stale of ofAttempt(end.context.attempt - 1, 'process')) {
          const [next, actions] = transition(taskMachine, end, stale);
          expect([path, next.value, next.context, actions]).toEqual([
            path,
            end.value,
            end.context,
            [],
          ]);
        }
      }
    }
  });

  it('never overwrites the first failure of an attempt', () => {
    for (const input of inputs) {
      for (const { end } of shortestTaskPaths(input, eventsAt)) {
        const { failure, attempt } = end.context;
        if (failure === null || end.status !== 'active') continue;
        for (const event of eventsAt(end)) {
          const { context } = transition(taskMachine, end, event)[0];
          if (context.attempt === attempt) expect(context.failure).toBe(failure);
        }
      }
    }
  });

  it('ends by a cancel from every situation in which it has not begun to clean up', () => {
    for (const input of inputs) {
      for (const { end } of shortestTaskPaths(input, eventsAt)) {
        if (end.status !== 'active' || end.value === 'stopping') continue;
        const { attempt } = end.context;
        const stopping = [cancel, { type: 'attempt.interrupted', attempt } as const];
        const last = [...stopping, cleaned(attempt)].reduce<TaskSnapshot>(
          (snapshot, event) =>
            snapshot.status === 'active' ? transition(taskMachine, snapshot, event)[0] : snapshot,
          end,
        );
        expect(last.value).toBe('cancelled');
      }
    }
  });

  it('begins no further attempt once stopped by a cancel or a deadline', () => {
    for (const input of inputs) {
      for (const { end } of shortestTaskPaths(input, eventsAt)) {
        const { stop } = end.context;
        if (stop !== 'cancel' && stop !== 'deadline') continue;
        for (const event of end.status === 'active' ? eventsAt(end) : []) {
          expect(transition(taskMachine, end, event)[0].value).not.toBe('pending');
        }
      }
    }
  });

  it.each([
    ['completed', [admit, ready(), finished(), cleaned()]],
    [
      'failed',
      [admit, ready(), finished(), failed('teardown'), admit, failed('setup', 2), cleaned(2)],
    ],
    ['pending', [admit, failed('setup'), cleaned()]],
    ['pending', [admit, ready(), expired('timeout'), finished(), cleaned()]],
    ['timedOut', [admit, ready(), expired('deadline'), finished(), cleaned()]],
    ['timedOut', [admit, ready(), expired('timeout'), expired('deadline'), finished(), cleaned()]],
    ['timedOut', [admit, ready(), failed('process'), expired('deadline'), cleaned()]],
    ['failed', [admit, ready(), finished(), expired('deadline'), failed('teardown')]],
    ['cancelled', [admit, ready(), failed('process'), cancel, cleaned()]],
    ['completed', [admit, ready(), finished(), cancel, cleaned()]],
    ['failed', [admit, ready(), finished(), cancel, failed('teardown')]],
    ['cancelled', [admit, ready(), cancel, expired('deadline'), finished(), cleaned()]],
    ['stopping', [admit, cancel, ready()]],
  ] as const)('is %s after %j', (state, path) => {
    expect(endOf(idempotent, ...path)).toBe(state);
  });

  it('tries an unsafe task again only after a failed setup', () => {
    expect(endOf(unsafe, admit, failed('setup'), cleaned())).toBe('pending');
    expect(endOf(unsafe, admit, ready(), failed('process'), cleaned())).toBe('failed');
    expect(endOf(unsafe, admit, ready(), finished(), failed('teardown'))).toBe('failed');
  });

  it('withholds an attempt without using up a retry, and none that is being stopped', () => {
    const withheld = { type: 'attempt.withheld', attempt: 1 } as const;
    const once = { ...unsafe, maxAttempts: 1 };
    expect(endOf(once, admit, withheld)).toBe('pending');
    expect(endOf(once, admit, withheld, admit, ready(2), finished(2), cleaned(2))).toBe(
      'completed',
    );
    expect(endOf(once, admit, withheld, admit, failed('setup', 2), cleaned(2))).toBe('failed');
    expect(endOf(unsafe, admit, withheld, admit, failed('setup', 2), cleaned(2))).toBe('pending');
    expect(endOf(unsafe, admit, cancel, withheld)).toBe('starting');
  });

  it('parks nothing that is being stopped', () => {
    const parked = { type: 'attempt.parked', attempt: 1 } as const;
    expect(endOf(idempotent, admit, ready(), parked)).toBe('suspended');
    expect(endOf(idempotent, admit, ready(), cancel, parked)).toBe('running');
  });

  it('keeps nothing of its input but what it knows', () => {
    const { context } = begun({ ...idempotent, more: 'than asked for' } as never);
    expect(context).not.toHaveProperty('more');
  });
});
