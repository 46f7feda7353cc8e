import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { taskMachine } from '../../machines/task.machine.ts';
import type { TaskError } from '../../src/kernel/task-error.ts';
import type { TaskMachineEvent, TaskMachineInput } from '../../src/kernel/task-machine-types.ts';

/** A task's snapshot, as the pure machine gives it. */
export type TaskSnapshot = SnapshotFrom<typeof taskMachine>;

/** A way through the machine, from its beginning. */
export type TaskPath = readonly TaskMachineEvent[];

/** The machine as it begins. */
export const begun = (input: TaskMachineInput): TaskSnapshot =>
  initialTransition(taskMachine, input)[0];

/** Where a path leads. */
export const follow = (input: TaskMachineInput, path: TaskPath): TaskSnapshot =>
  path.reduce<TaskSnapshot>(
    (snapshot, event) => transition(taskMachine, snapshot, event)[0],
    begun(input),
  );

/** A failure in a phase of an attempt. */
export const failureIn = (phase: TaskError['phase'], attempt: number): TaskError => ({
  code: 'PLUGIN_FAILED',
  message: `${phase} failed`,
  phase,
  attempt,
  cause: null,
});

/** What tells two snapshots of the model apart. */
const sameness = (snapshot: TaskSnapshot): string => {
  const { attempt, stop, failure, verdict, isAbandoned, maxAttempts } = snapshot.context;
  const failed = failure === null ? null : [failure.phase, failure.attempt];
  const told = [stop, failed, verdict, isAbandoned];
  return JSON.stringify([snapshot.value, attempt, maxAttempts, ...told]);
};

/** The shortest path to every situation that the events given lead to. */
export function shortestTaskPaths(
  input: TaskMachineInput,
  eventsOf: (snapshot: TaskSnapshot) => readonly TaskMachineEvent[],
): readonly { readonly path: TaskPath; readonly end: TaskSnapshot }[] {
  const paths = getShortestPaths(taskMachine, {
    input,
    events: (snapshot) => [...eventsOf(snapshot)],
    serializeState: (snapshot) => sameness(snapshot) as never,
  });
  return paths.map(({ steps, state }) => ({
    path: steps.map(({ event }) => event).filter(({ type }) => type !== ('xstate.init' as string)),
    end: state,
  }));
}

/** Every path of the list, and each of them with one event more. */
export function pathsWithOneMore(
  input: TaskMachineInput,
  eventsOf: (snapshot: TaskSnapshot) => readonly TaskMachineEvent[],
): readonly TaskPath[] {
  return shortestTaskPaths(input, eventsOf).flatMap(({ path, end }) => [
    path,
    ...(end.status === 'active' ? eventsOf(end).map((event) => [...path, event]) : []),
  ]);
}
