import { createActor, initialTransition, transition } from 'xstate';
import type { InspectionEvent, SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { describe, expect, it } from 'vitest';
import { poolMachine } from '../../machines/pool.machine.ts';
import type { PoolMachineEvent } from '../../src/kernel/task-machine-types.ts';
import { leavesOf, nameOf, transitionsOf } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof poolMachine>;

const input = { id: 1, effect: 'idempotent', maxAttempts: 1 } as const;
const spawn = { type: 'task.spawn', input } as const;
const done = { type: 'xstate.done.actor.task', output: { id: 1 } } as const;
const crashed = { type: 'xstate.error.actor.task', error: new Error('broken') } as const;
const kill = { type: 'task.kill', id: 1 } as const;
const drain = { type: 'pool.drain' } as const;
const stop = { type: 'supervisor.stop' } as const;

/** Only as many ends as there are tasks: a child ends once. */
const eventsAt = ({ context }: Snapshot): PoolMachineEvent[] => [
  ...(context.spawned < 2 ? [spawn] : []),
  ...(context.live > 0 ? [done, crashed, kill] : []),
  drain,
  stop,
];

const after = (...events: readonly PoolMachineEvent[]): Snapshot =>
  events.reduce<Snapshot>(
    (snapshot, event) => transition(poolMachine, snapshot, event)[0],
    initialTransition(poolMachine)[0],
  );

describe('poolMachine', () => {
  const transitions = new Set<string>();
  const states = new Set<string>();
  const ends: Snapshot[] = [];
  const paths = getShortestPaths(poolMachine, { events: eventsAt });
  for (const { steps, state } of paths) {
    const events = steps
      .map(({ event }) => event)
      .filter((e) => e.type !== ('xstate.init' as string));
    for (const more of state.status === 'active' ? eventsAt(state) : [null]) {
      const inspect = (event: InspectionEvent): void => {
        if (event.type !== '@xstate.microstep') return;
        for (const taken of event._transitions) {
          transitions.add(nameOf(taken));
        }
      };
      const actor = createActor(poolMachine, { inspect });
      actor.start();
      for (const event of more === null ? events : [...events, more]) {
        actor.send(event);
        states.add(actor.getSnapshot().value);
      }
      ends.push(actor.getSnapshot());
    }
  }

  it('reaches every state', () => {
    expect([...states].toSorted()).toEqual(
      leavesOf(poolMachine)
        .map((id) => id.replace('pool.', ''))
        .toSorted(),
    );
  });

  it('takes every transition', () => {
    const ours = [...transitions].filter((name) => !name.includes('xstate.init'));
    expect(ours.toSorted()).toEqual([...transitionsOf(poolMachine)].toSorted());
  });

  it('breaks on no path, and never counts below nothing', () => {
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['active', 'done']));
    expect(Math.min(...ends.map(({ context }) => context.live))).toBe(0);
  });

  it('survives a child that breaks, and counts it', () => {
    expect(after(spawn, spawn, crashed)).toMatchObject({
      status: 'active',
      value: 'open',
      context: { live: 1, spawned: 2, crashed: 1 },
    });
  });

  it('drains when the last of its tasks has ended, and starts none meanwhile', () => {
    const draining = after(spawn, spawn, done, drain, spawn);
    expect(draining).toMatchObject({ value: 'draining', context: { live: 1, spawned: 2 } });
    expect(transition(poolMachine, draining, done)[0]).toMatchObject({
      status: 'done',
      value: 'drained',
    });
  });

  it('drains at once when it is empty, or told to stop', () => {
    expect(after(drain).status).toBe('done');
    expect(after(spawn, stop).status).toBe('done');
    expect(after(spawn, drain, stop).status).toBe('done');
  });
});
