import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { backgroundTaskMachine } from '../../machines/background-task.machine.ts';
import type { BackgroundTaskEvent } from '../../machines/background-task.machine.ts';
import { leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof backgroundTaskMachine>;

const cause = { name: 'Error', message: 'no light', cause: null };

const eventsAt = (call: number): BackgroundTaskEvent[] => [
  { type: 'task.run' },
  { type: 'task.begun' },
  { type: 'task.stop' },
  { type: 'tick.due', call },
  { type: 'action.ended', call },
  { type: 'action.failed', call, error: cause },
];

const start = (isPeriodic: boolean): Snapshot =>
  initialTransition(backgroundTaskMachine, { name: 'poll', isPeriodic })[0];

const after = (isPeriodic: boolean, ...events: readonly BackgroundTaskEvent[]): Snapshot =>
  events.reduce<Snapshot>(
    (snapshot, event) => transition(backgroundTaskMachine, snapshot, event)[0],
    start(isPeriodic),
  );

const effectsOf = (snapshot: Snapshot, event: BackgroundTaskEvent): string[] =>
  transition(backgroundTaskMachine, snapshot, event)[1].map(({ type }) => type);

const run = { type: 'task.run' } as const;
const begun = { type: 'task.begun' } as const;
const stop = { type: 'task.stop' } as const;
const due = (call: number) => ({ type: 'tick.due', call }) as const;
const ended = (call: number) => ({ type: 'action.ended', call }) as const;
const failed = (call: number) => ({ type: 'action.failed', call, error: cause }) as const;

describe('backgroundTaskMachine', () => {
  const walks = [true, false].map((isPeriodic) =>
    walk(backgroundTaskMachine, { name: 'poll', isPeriodic }, ({ context }) =>
      eventsAt(context.calls),
    ),
  );

  it('reaches every state', () => {
    const states = new Set(walks.flatMap((each) => [...each.states]));
    const running = ['acting', 'waiting', 'superseding'].map((state) => ({ running: state }));
    const all = ['idle', 'starting', ...running, 'stopping', 'stopped', 'errored'];
    expect(states).toEqual(new Set(all.map((value) => JSON.stringify(value))));
    expect(states.size).toBe(leavesOf(backgroundTaskMachine).length);
  });

  it('takes every transition', () => {
    const taken = new Set(walks.flatMap((each) => [...each.transitions]));
    expect([...taken].toSorted()).toEqual([...transitionsOf(backgroundTaskMachine)].toSorted());
  });

  it('drops every event of another call, in every state', () => {
    const stale = walk(backgroundTaskMachine, { name: 'poll', isPeriodic: true }, ({ context }) => [
      ...eventsAt(context.calls),
      ...[-1, 1].flatMap((offset) => eventsAt(context.calls + offset).filter((e) => 'call' in e)),
    ]);
    const moved = stale.steps.filter(({ from, to }) => from !== to);
    const current = walks[0]?.steps.filter(({ from, to }) => from !== to);
    expect(moved).toHaveLength(current?.length ?? 0);
    expect(moved.length).toBeGreaterThan(0);
  });

  it('has not begun before it is told to run, and a stop changes nothing', () => {
    expect(start(true).value).toBe('idle');
    expect(after(true, stop).value).toBe('idle');
    expect(after(true, stop, run).value).toBe('starting');
  });

  it('calls the action first when it has begun, and watches for an overrun', () => {
    expect(effectsOf(after(true, run), begun)).toEqual(['callAction', 'watchOverrun']);
    expect(after(true, run, begun).context.calls).toBe(1);
  });

  it('ends without a call when it is stopped while starting', () => {
    const stopped = after(true, run, stop);
    expect(stopped).toMatchObject({ value: 'stopped', status: 'done', context: { calls: 0 } });
  });

  it('waits for a tick after a call when it is periodic, and ends when it is not', () => {
    expect(after(true, run, begun, ended(1)).value).toEqual({ running: 'waiting' });
    expect(after(false, run, begun, ended(1))).toMatchObject({ value: 'stopped', status: 'done' });
  });

  it('drops the awaited tick when it is stopped, and aborts nothing', () => {
    const waiting = after(true, run, begun, ended(1));
    expect(effectsOf(waiting, stop)).toEqual(['dropTick']);
  });

  it('aborts the call and waits for its end when it is stopped', () => {
    const acting = after(true, run, begun);
    expect(effectsOf(acting, stop)).toEqual(['dropTick', 'abortAction']);
    expect(after(true, run, begun, stop).value).toBe('stopping');
    expect(after(true, run, begun, stop, ended(1)).value).toBe('stopped');
  });

  it('aborts the call at a tick that overtakes it, and calls anew when it has ended', () => {
    const overtaken = after(true, run, begun, due(1));
    expect(overtaken.value).toEqual({ running: 'superseding' });
    const anew = transition(backgroundTaskMachine, overtaken, ended(1))[0];
    expect(anew).toMatchObject({ value: { running: 'acting' }, context: { calls: 2 } });
  });

  it.each([
    ['acting', [run, begun, failed(1)]],
    ['superseding', [run, begun, due(1), failed(1)]],
    ['stopping', [run, begun, stop, failed(1)]],
  ] as const)('keeps the error of an action that fails while %s', (_, events) => {
    expect(after(true, ...events)).toMatchObject({
      value: 'errored',
      status: 'done',
      context: { error: cause },
    });
  });

  it('reports a failure once', () => {
    expect(effectsOf(after(true, run, begun), failed(1))).toEqual(['dropTick', 'reportFailure']);
  });
});
