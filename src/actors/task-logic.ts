import type { ActorRefFrom } from 'xstate';
import { taskMachine } from '../../machines/task.machine.ts';
import type { TaskMachineContext } from '../kernel/task-machine-types.ts';
import type { TaskState } from '../kernel/task-state.ts';

/** What a task's machine does to the world; one object serves all tasks. */
export interface TaskEffects {
  /** The task is in `state` now; `context` is what it remembers. */
  announce(context: TaskMachineContext, state: TaskState): void;
  beginAttempt(context: TaskMachineContext): void;
  runProcess(context: TaskMachineContext): void;
  runTeardown(context: TaskMachineContext): void;
  abortAttempt(context: TaskMachineContext): void;
  scheduleRetry(context: TaskMachineContext): void;
  /** A condition is not met any more: the attempt is over before anything of it was called. */
  withhold(context: TaskMachineContext): void;
  /** The engine ends under the attempt: it is over, and the task is kept. */
  putBack(context: TaskMachineContext): void;
  /** The attempt is over, and whether its work was done is not known. */
  leaveInDoubt(context: TaskMachineContext): void;
}

/** A live task. */
export type TaskRef = ActorRefFrom<typeof taskMachine>;

/** The task machine with its effects bound. */
export function taskLogic(effects: TaskEffects): typeof taskMachine {
  return taskMachine.provide({
    actions: {
      announce: ({ context }, { state }) => effects.announce(context, state),
      beginAttempt: ({ context }) => effects.beginAttempt(context),
      runProcess: ({ context }) => effects.runProcess(context),
      runTeardown: ({ context }) => effects.runTeardown(context),
      abortAttempt: ({ context }) => effects.abortAttempt(context),
      scheduleRetry: ({ context }) => effects.scheduleRetry(context),
      withhold: ({ context }) => effects.withhold(context),
      putBack: ({ context }) => effects.putBack(context),
      leaveInDoubt: ({ context }) => effects.leaveInDoubt(context),
    },
  });
}
