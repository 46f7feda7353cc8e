import { createActor, fromPromise, transition } from 'xstate';
import type { InspectionEvent, SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { describe, expect, it, vi } from 'vitest';
import { engineMachine } from '../../machines/engine.machine.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { leavesOf, nameOf, transitionsOf } from '../support/machine-walk.ts';

const started = { type: 'xstate.done.actor.startUp', output: undefined };
const notStarted = { type: 'xstate.error.actor.startUp', error: new Error('no store') };
const closed = { type: 'xstate.done.actor.shutDown', output: undefined };
const notClosed = { type: 'xstate.error.actor.shutDown', error: new Error('no end') };
const asked = [
  { type: 'engine.start' },
  { type: 'engine.close' },
  { type: 'store.broken' },
  { type: 'supervision.degraded' },
  { type: 'supervision.healed' },
];

/** An actor ends only while it runs. */
const eventsAt = ({ value }: SnapshotFrom<typeof engineMachine>) => [
  ...asked,
  ...(value === 'starting' ? [started, notStarted] : []),
  ...(value === 'draining' ? [closed, notClosed] : []),
];

/** An engine's machine whose start and end the test decides. */
function running() {
  const start = deferred<void>();
  const end = deferred<void>();
  const taken: string[] = [];
  const inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return;
    taken.push(...event._transitions.map(nameOf));
  };
  const actor = createActor(
    engineMachine.provide({
      actors: {
        startUp: fromPromise(() => start.promise),
        shutDown: fromPromise(() => end.promise),
      },
    }),
    { inspect },
  );
  actor.start();
  const reaches = (value: unknown): Promise<void> =>
    vi.waitFor(() => expect(actor.getSnapshot().value).toEqual(value));
  return { actor, start, end, taken, reaches };
}

describe('engineMachine', () => {
  const bound = engineMachine.provide({
    actors: { startUp: fromPromise(async () => {}), shutDown: fromPromise(async () => {}) },
  });
  const paths = getShortestPaths(bound, {
    events: eventsAt as never,
    serializeState: ({ value, context }) =>
      JSON.stringify([value, context.hasStarted, context.failure !== null]) as never,
  });

  it('reaches every state', () => {
    const all = [
      'stopped',
      'starting',
      { running: 'healthy' },
      { running: 'degraded' },
      'draining',
    ];
    const reached = new Set(paths.map(({ state }) => JSON.stringify(state.value)));
    expect(reached).toEqual(new Set(all.map((value) => JSON.stringify(value))));
    expect(reached.size).toBe(leavesOf(engineMachine).length);
  });

  it('takes every transition, and breaks on no path', () => {
    const taken = new Set<string>();
    for (const { state } of paths) {
      for (const event of eventsAt(state)) {
        for (const each of bound.getTransitionData(state, event as never)) taken.add(nameOf(each));
        expect(transition(bound, state, event as never)[0].status).toBe('active');
      }
    }
    expect([...taken].toSorted()).toEqual([...transitionsOf(engineMachine)].toSorted());
  });

  it('starts, is degraded and healed, drains and stops for good', async () => {
    const { actor, start, end, reaches } = running();
    actor.send({ type: 'engine.start' });
    expect(actor.getSnapshot().value).toBe('starting');
    start.resolve();
    await reaches({ running: 'healthy' });
    actor.send({ type: 'supervision.degraded' });
    await reaches({ running: 'degraded' });
    actor.send({ type: 'supervision.healed' });
    await reaches({ running: 'healthy' });
    actor.send({ type: 'engine.close' });
    await reaches('draining');
    end.resolve();
    await reaches('stopped');
    actor.send({ type: 'engine.start' });
    expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'active' });
  });

  it.each(['start', 'end'] as const)('keeps what its %s failed with', async (which) => {
    const { actor, start, end, reaches } = running();
    const failure = new Error('no');
    actor.send({ type: 'engine.start' });
    if (which === 'start') start.reject(failure);
    else {
      start.resolve();
      await reaches({ running: 'healthy' });
      actor.send({ type: 'engine.close' });
      end.reject(failure);
    }
    await reaches('stopped');
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { failure } });
  });

  it('takes no close while it starts, or before', () => {
    const { actor } = running();
    actor.send({ type: 'engine.close' });
    expect(actor.getSnapshot().value).toBe('stopped');
    actor.send({ type: 'engine.start' });
    actor.send({ type: 'engine.close' });
    expect(actor.getSnapshot().value).toBe('starting');
  });
});
