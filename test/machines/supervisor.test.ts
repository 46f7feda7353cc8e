import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import type { SupervisorMachineEvent } from '../../machines/supervisor.machine.ts';
import { leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof supervisorMachine>;
type EventType = SupervisorMachineEvent['type'];

const life = { name: 'poller', incarnation: 1 };

/** One event of every type; a type that is missing here does not compile. */
const events = {
  'supervisor.start': { type: 'supervisor.start' },
  'supervisor.stop': { type: 'supervisor.stop' },
  'child.ended': { type: 'child.ended', outcome: 'error', ...life },
  'child.stopped': { type: 'child.stopped', ...life },
  'child.restart': { type: 'child.restart', name: 'poller' },
  'child.stop': { type: 'child.stop', name: 'poller' },
  'deadline.passed': { type: 'deadline.passed', ...life },
  'grace.passed': { type: 'grace.passed' },
  'group.cleared': { type: 'group.cleared' },
  'plan.changed': { type: 'plan.changed' },
  'start.due': { type: 'start.due' },
  'xstate.done.actor.child': { type: 'xstate.done.actor.child', output: null },
  'xstate.error.actor.child': { type: 'xstate.error.actor.child', error: new Error('broken') },
} as const satisfies { readonly [T in EventType]: SupervisorMachineEvent & { readonly type: T } };

const after = (...types: readonly EventType[]): Snapshot =>
  types.reduce<Snapshot>(
    (snapshot, type) => transition(supervisorMachine, snapshot, events[type])[0],
    initialTransition(supervisorMachine, { name: 'root' })[0],
  );

const effectsOf = (snapshot: Snapshot, type: EventType): string[] =>
  transition(supervisorMachine, snapshot, events[type])[1].map((action) => action.type);

const watching = after('supervisor.start');
const clearing = after('supervisor.start', 'plan.changed');
const resting = after('supervisor.start', 'plan.changed', 'group.cleared');
const stopping = after('supervisor.start', 'supervisor.stop');

describe('supervisorMachine', () => {
  const walked = walk(supervisorMachine, { name: 'root' }, () => Object.values(events));

  it('reaches every state', () => {
    const supervising = ['watching', 'clearing', 'resting'].map((state) => ({
      supervising: state,
    }));
    const all = ['idle', ...supervising, 'stopping', 'stopped'];
    expect(walked.states).toEqual(new Set(all.map((value) => JSON.stringify(value))));
    expect(walked.states.size).toBe(leavesOf(supervisorMachine).length);
  });

  it('takes every transition', () => {
    expect([...walked.transitions].toSorted()).toEqual(
      [...transitionsOf(supervisorMachine)].toSorted(),
    );
  });

  it('survives every end of a child, in every state', () => {
    const changed = walked.steps.filter(
      ({ event, from, to }) => event.type.startsWith('xstate.') && from !== to,
    );
    expect(changed).toEqual([]);
    const failed = { type: 'xstate.error.actor.unheard-of', error: new Error('broken') };
    const [next] = transition(supervisorMachine, watching, failed as never);
    expect(next.status).toBe('active');
  });

  it('never leaves stopping but for stopped', () => {
    const left = walked.steps.filter(({ from, to }) => from === '"stopping"' && to !== from);
    expect(left.map(({ event, to }) => `${event.type} ${to}`)).toEqual(['group.cleared "stopped"']);
  });

  it('goes to stopping from every state in which children may be alive', () => {
    const asked = walked.steps.filter(({ event }) => event.type === 'supervisor.stop');
    expect(new Set(asked.map(({ from, to }) => `${from} → ${to}`))).toEqual(
      new Set([
        '"idle" → "stopped"',
        '{"supervising":"watching"} → "stopping"',
        '{"supervising":"clearing"} → "stopping"',
        '{"supervising":"resting"} → "stopping"',
        '"stopping" → "stopping"',
      ]),
    );
  });

  it.each([
    ['starts the children', after(), 'supervisor.start', ['startPlanned', 'answerCallers']],
    ['judges an end while it watches', watching, 'child.ended', ['judgeChild']],
    ['judges an end while it clears', clearing, 'child.ended', ['judgeChild']],
    ['judges an end while it rests', resting, 'child.ended', ['judgeChild']],
    ['begins to clear', watching, 'plan.changed', ['stopNext']],
    ['goes on clearing after each end', clearing, 'child.stopped', ['stopNext']],
    ['kills a child that is late', clearing, 'deadline.passed', ['killLate']],
    ['rests before it starts again', clearing, 'group.cleared', ['scheduleStart']],
    [
      'starts what was planned',
      resting,
      'start.due',
      ['cancelStart', 'startPlanned', 'answerCallers'],
    ],
    ['clears again when the plan grows', resting, 'plan.changed', ['cancelStart', 'stopNext']],
    [
      'drops the start that is due',
      resting,
      'supervisor.stop',
      ['cancelStart', 'planEnd', 'stopNext'],
    ],
    ['goes on stopping after each end', stopping, 'child.stopped', ['stopNext']],
    ['kills a late child while it stops', stopping, 'deadline.passed', ['killLate']],
    ['kills all when the grace is over', stopping, 'grace.passed', ['killAll']],
    ['restarts nothing while it stops', stopping, 'child.ended', []],
    ['takes no request while it stops', stopping, 'child.restart', []],
    ['starts nothing while it stops', stopping, 'start.due', []],
  ] as const)('%s', (_, snapshot, type, effects) => {
    expect(effectsOf(snapshot, type)).toEqual(effects);
  });
});
