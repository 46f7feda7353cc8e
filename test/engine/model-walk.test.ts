import { createActor, transition } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { describe, expect, it } from 'vitest';
import { taskMachine } from '../../machines/task.machine.ts';
import { createEngine } from '../../src/index.ts';
import type { Engine } from '../../src/index.ts';
import { statusOf } from '../../src/kernel/task-state.ts';
import type { TaskState } from '../../src/kernel/task-state.ts';
import type { TaskMachineEvent, TaskMachineInput } from '../../src/kernel/task-machine-types.ts';
import { nameOf, transitionsOf } from '../support/machine-walk.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { chosenClock, ScriptedTask } from '../support/scripted-task.ts';
import type { ChosenClock } from '../support/scripted-task.ts';
import { begun, failureIn, pathsWithOneMore } from '../support/task-model.ts';
import type { TaskPath, TaskSnapshot } from '../support/task-model.ts';

/** What can happen to a task on the inline runner, in each situation of the model. */
function possible({ value, context }: TaskSnapshot): readonly TaskMachineEvent[] {
  const { attempt, stop } = context;
  const cancel = { type: 'task.cancel' } as const;
  const error = failureIn(value === 'starting' ? 'setup' : 'process', attempt);
  const timeout = { type: 'task.expire', cause: 'timeout', error } as const;
  const deadline = { ...timeout, cause: 'deadline' } as const;
  const failed = (phase: 'setup' | 'process' | 'teardown') =>
    ({ type: 'attempt.failed', attempt, error: failureIn(phase, attempt) }) as const;
  const whileStopping =
    stop === null
      ? [timeout]
      : ([
          { type: 'attempt.interrupted', attempt },
          { type: 'attempt.abandoned', attempt, error: null },
          { type: 'abort.failed', attempt, error: failureIn('abort', attempt) },
        ] as const);
  switch (value) {
    case 'pending':
      return [
        { type: 'task.admit' },
        cancel,
        deadline,
        ...(attempt === 0 ? [{ type: 'task.fail', error: failureIn('pending', 0) } as const] : []),
      ];
    case 'starting':
      return [
        { type: 'attempt.ready', attempt },
        failed('setup'),
        cancel,
        deadline,
        ...whileStopping,
      ];
    case 'running':
      return [
        { type: 'attempt.finished', attempt },
        failed('process'),
        cancel,
        deadline,
        ...whileStopping,
        ...(stop === null ? [{ type: 'attempt.parked', attempt } as const] : []),
      ];
    case 'suspended':
      return [
        { type: 'attempt.resumed', attempt },
        { type: 'attempt.finished', attempt },
        failed('process'),
        cancel,
      ];
    case 'stopping':
      return [
        { type: 'attempt.cleaned', attempt },
        failed('teardown'),
        { type: 'attempt.abandoned', attempt, error: failureIn('teardown', attempt) },
        { type: 'abort.failed', attempt, error: failureIn('abort', attempt) },
        cancel,
        deadline,
      ];
    default:
      return [];
  }
}

const follows = (input: TaskMachineInput, path: TaskPath): readonly TaskSnapshot[] => {
  let snapshot = begun(input);
  return path.map((event) => ([snapshot] = transition(taskMachine, snapshot, event))[0]);
};

/**
 * Whether a path of the model can happen: a deadline passes once, a code is parked once, and abort()
 * fails once, after it was called and while the engine still waits for it.
 */
function canHappen(input: TaskMachineInput, path: TaskPath): boolean {
  const seen = new Set<string>();
  let aborting = 0;
  return path.every((event, index) => {
    const before = index === 0 ? begun(input) : follows(input, path)[index - 1];
    const attempt = 'attempt' in event ? event.attempt : 0;
    const isWorking = before?.value === 'starting' || before?.value === 'running';
    const stops = event.type === 'task.cancel' || event.type === 'task.expire';
    if (stops && (isWorking || before?.value === 'suspended')) aborting = before.context.attempt;
    const isDeadline = event.type === 'task.expire' && event.cause === 'deadline';
    const once = isDeadline ? 'deadline' : `${event.type} ${attempt}`;
    const isOnce = isDeadline || event.type === 'attempt.parked' || event.type === 'abort.failed';
    if (isOnce && seen.has(once)) return false;
    seen.add(once);
    if (event.type !== 'abort.failed') return true;
    return aborting === attempt;
  });
}

/** While abort() runs, clean-up waits for it: the model says so too, where the path fails it later. */
const waitsForAbort = (path: TaskPath): boolean =>
  path.some(
    (event, index) =>
      event.type === 'abort.failed' &&
      path
        .slice(0, index)
        .some(
          (earlier) =>
            earlier.type === 'attempt.failed' &&
            earlier.error.phase === 'teardown' &&
            earlier.attempt === event.attempt,
        ),
  );

const inputs: readonly TaskMachineInput[] = [
  { id: 2, effect: 'idempotent', maxAttempts: 2 },
  { id: 2, effect: 'unsafe', maxAttempts: 2 },
];

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A pause point and an admission each take turns of the event loop. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

async function walked(input: TaskMachineInput, path: TaskPath): Promise<void> {
  const clock = chosenClock();
  const engine = createEngine({ clock, logger: silentLogger });
  await engine.start();
  const task = new ScriptedTask(engine, clock, input.effect as 'idempotent' | 'unsafe', path);
  const { handle } = task;
  await rest();
  const states = [handle.state as string];
  for (const event of path) {
    task.play(event);
    await rest();
    states.push(handle.state);
  }
  const model = follows(input, path);
  const words = path.map(({ type }) => type).join(', ');
  const expected = ['pending', ...model.map(({ value }) => value)];
  expect({ words, states }).toEqual({ words, states: expected });
  const last = model.at(-1);
  if (last?.status === 'done') {
    const result = await handle.result();
    expect(result).toMatchObject({
      taskStatus: statusOf(last.value as TaskState),
      attempts: last.context.attempt,
    });
    if (last.context.failure !== null && last.value !== 'completed') {
      expect(result.error).toMatchObject({ attempt: last.context.failure.attempt });
    }
  }
  await closed(engine, clock);
}

/** Closes an engine whatever its tasks do, and finds no timer left. */
async function closed(engine: Engine, clock: ChosenClock): Promise<void> {
  const closing = engine.close();
  while (engine.state !== 'stopped') {
    clock.fire();
    await turn();
  }
  await closing;
  expect(clock.pending).toBe(0);
}

const pathsOf = (input: TaskMachineInput): readonly TaskPath[] =>
  pathsWithOneMore(input, possible).filter(
    (path) => canHappen(input, path) && !waitsForAbort(path),
  );

/** What only a durable store, a condition, a runner that can lose its place, or work elsewhere brings about. */
const isElsewhere = (name: string): boolean =>
  /task\.recover|task\.resolve|task\.interrupt|isInterrupted|attempt\.lost|attempt\.withheld|awaitingOperator|CancelledElsewhere/.test(
    name,
  );

describe('a running task does what its machine says', () => {
  it.each(inputs)('on every path of one that is $effect', async (input) => {
    for (const path of pathsOf(input)) await walked(input, path);
  });

  it('in every transition that a task on the inline runner can meet', () => {
    const taken = new Set<string>();
    const inspect = (event: InspectionEvent): void => {
      if (event.type !== '@xstate.microstep') return;
      for (const each of event._transitions) taken.add(nameOf(each));
    };
    for (const input of inputs) {
      for (const path of pathsOf(input)) {
        const actor = createActor(taskMachine, { input, inspect });
        actor.start();
        for (const event of path) if (actor.getSnapshot().status === 'active') actor.send(event);
      }
    }
    const missing = [...transitionsOf(taskMachine)].filter((name) => !taken.has(name));
    expect(missing.filter((name) => !isElsewhere(name))).toEqual([]);
  });
});
