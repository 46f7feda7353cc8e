import type { AnyStateMachine } from 'xstate';
import { backgroundTaskMachine } from '../../machines/background-task.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import { poolMachine } from '../../machines/pool.machine.ts';
import { streamingTaskMachine } from '../../machines/streaming-task.machine.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { taskMachine } from '../../machines/task.machine.ts';

/** Every machine of the house by its public name, which is the name of its file. */
export const machines: Readonly<Record<string, AnyStateMachine>> = {
  'background-task': backgroundTaskMachine,
  engine: engineMachine,
  pool: poolMachine,
  'streaming-task': streamingTaskMachine,
  supervisor: supervisorMachine,
  task: taskMachine,
};
