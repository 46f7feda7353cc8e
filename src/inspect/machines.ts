import type { AnyStateMachine } from 'xstate';
import { backgroundTaskMachine } from '../../machines/background-task.machine.ts';
import { deviceConnectionMachine } from '../../machines/device-connection.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import { longRunningCommandMachine } from '../../machines/long-running-command.machine.ts';
import { parallelMachine } from '../../machines/parallel.machine.ts';
import { poolMachine } from '../../machines/pool.machine.ts';
import { sequenceMachine } from '../../machines/sequence.machine.ts';
import { streamingTaskMachine } from '../../machines/streaming-task.machine.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { taskMachine } from '../../machines/task.machine.ts';

/** Every machine of the house by its public name, which is the name of its file. */
export const machines: Readonly<Record<string, AnyStateMachine>> = {
  'background-task': backgroundTaskMachine,
  'device-connection': deviceConnectionMachine,
  engine: engineMachine,
  'long-running-command': longRunningCommandMachine,
  parallel: parallelMachine,
  pool: poolMachine,
  sequence: sequenceMachine,
  'streaming-task': streamingTaskMachine,
  supervisor: supervisorMachine,
  task: taskMachine,
};
