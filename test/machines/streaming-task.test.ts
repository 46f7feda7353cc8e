import { fromCallback, initialTransition, transition } from 'xstate';
import type { EventObject, SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { streamingTaskMachine } from '../../machines/streaming-task.machine.ts';
import { leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

const machine = streamingTaskMachine.provide({ actors: { stream: fromCallback(() => {}) } });

type Snapshot = SnapshotFrom<typeof streamingTaskMachine>;
type StepEvent = Parameters<typeof transition<typeof streamingTaskMachine>>[2];

const input = { name: 'monitor', graceMs: 50 };
const graceOver = { type: 'xstate.after.grace.streamingTask.active.closing' } as const;
const crashed = { type: 'xstate.error.actor.stream', error: new Error('defect') } as const;

const eventsAt = (run: number): EventObject[] => [
  { type: 'stream.start' },
  { type: 'stream.stop' },
  { type: 'stream.ended', run } as EventObject,
  { type: 'stream.expired' },
  graceOver,
  crashed,
];

const after = (...events: readonly EventObject[]): Snapshot =>
  events.reduce<Snapshot>(
    (snapshot, event) => transition(machine, snapshot, event as StepEvent)[0],
    initialTransition(machine, input)[0],
  );

const actionsOf = (snapshot: Snapshot, event: EventObject): readonly object[] =>
  transition(machine, snapshot, event as StepEvent)[1];

const emitted = (type: string, run: number): object =>
  expect.objectContaining({
    type: 'xstate.emit',
    params: expect.objectContaining({ event: { type, run } }),
  }) as object;

const start = { type: 'stream.start' };
const stop = { type: 'stream.stop' };
const ended = (run: number): EventObject => ({ type: 'stream.ended', run }) as EventObject;

describe('streamingTaskMachine', () => {
  const walked = walk(machine, input, ({ context }) => eventsAt(context.run));

  it('reaches every state', () => {
    expect([...walked.states].toSorted()).toEqual(
      [
        '"idle"',
        JSON.stringify({ active: 'streaming' }),
        JSON.stringify({ active: { closing: 'stopping' } }),
        JSON.stringify({ active: { closing: 'restarting' } }),
      ].toSorted(),
    );
    expect(walked.states.size).toBe(leavesOf(machine).length);
  });

  it('takes every transition', () => {
    expect([...walked.transitions].toSorted()).toEqual([...transitionsOf(machine)].toSorted());
  });

  it('drops the end of another run, in every state', () => {
    const stale = walk(machine, input, ({ context }) => [
      ...eventsAt(context.run),
      ...[-1, 1].map((offset) => ended(context.run + offset)),
    ]);
    const current = walked.steps.filter(({ from, to }) => from !== to);
    expect(stale.steps.filter(({ from, to }) => from !== to)).toHaveLength(current.length);
    expect(current.length).toBeGreaterThan(0);
  });

  it('starts idle, and a stop changes nothing', () => {
    expect(after().value).toBe('idle');
    expect(after(stop).value).toBe('idle');
  });

  it('counts its runs, and can be started again after each', () => {
    expect(after(start).context.run).toBe(1);
    expect(after(start, ended(1)).value).toBe('idle');
    expect(after(start, ended(1), start)).toMatchObject({
      value: { active: 'streaming' },
      context: { run: 2 },
    });
  });

  it('aborts the stream and waits for its end when it is stopped', () => {
    const streaming = after(start);
    expect(actionsOf(streaming, stop)).toContainEqual(
      expect.objectContaining({
        type: 'xstate.sendTo',
        params: expect.objectContaining({ event: { type: 'stream.abort' } }) as object,
      }),
    );
    expect(after(start, stop).value).toEqual({ active: { closing: 'stopping' } });
    expect(after(start, stop, ended(1)).value).toBe('idle');
  });

  it('says which run has ended, and which was abandoned', () => {
    expect(actionsOf(after(start, stop), ended(1))).toContainEqual(emitted('run.ended', 1));
    expect(actionsOf(after(start, stop), graceOver)).toContainEqual(emitted('run.abandoned', 1));
    expect(actionsOf(after(start, start), ended(1))).toContainEqual(emitted('run.ended', 1));
  });

  it('is idle when the grace of a stopped run is over', () => {
    expect(after(start, stop, graceOver).value).toBe('idle');
  });

  it('starts the new run of a restart when the old one has ended, or its grace is over', () => {
    expect(after(start, start)).toMatchObject({
      value: { active: { closing: 'restarting' } },
      context: { run: 1 },
    });
    for (const end of [ended(1), graceOver]) {
      expect(after(start, start, end)).toMatchObject({
        value: { active: 'streaming' },
        context: { run: 2 },
      });
    }
  });

  it('does not set the grace anew when a stop and a start follow each other', () => {
    const scheduling = expect.objectContaining({ type: 'xstate.raise' }) as object;
    expect(actionsOf(after(start), stop)).toContainEqual(scheduling);
    expect(actionsOf(after(start, start), stop)).not.toContainEqual(scheduling);
    expect(after(start, start, stop).value).toEqual({ active: { closing: 'stopping' } });
    expect(after(start, stop, start).value).toEqual({ active: { closing: 'restarting' } });
  });
});
