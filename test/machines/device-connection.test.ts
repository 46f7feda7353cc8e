import { describe, expect, it } from 'vitest';
import { deviceConnectionMachine } from '../../machines/device-connection.machine.ts';
import type { ConnectionMachineEvent } from '../../src/kernel/connection-machine-types.ts';
import { leavesOf, transitionsOf, walk } from '../support/machine-walk.ts';

const error = new Error('away');

/** Attempts go on for ever: the walk follows two of them. */
const eventsAt = (attempt: number): readonly ConnectionMachineEvent[] => [
  ...(attempt < 2 ? [{ type: 'device.wanted' } as const] : []),
  { type: 'link.made', attempt },
  { type: 'link.refused', attempt, error },
  { type: 'link.lost', attempt, error },
  ...(attempt < 2 ? [{ type: 'retry.due', attempt } as const] : []),
  { type: 'proxy.close' },
];

describe('deviceConnectionMachine', () => {
  const walked = walk(deviceConnectionMachine, undefined, ({ context }) =>
    eventsAt(context.attempt),
  );

  it('reaches every state', () => {
    const all = leavesOf(deviceConnectionMachine).map((id) => id.replace('deviceConnection.', ''));
    const reached = [...walked.states].map((state) => JSON.parse(state) as string);
    expect(reached.toSorted()).toEqual(all.toSorted());
  });

  it('takes every transition', () => {
    expect([...walked.transitions].toSorted()).toEqual(
      [...transitionsOf(deviceConnectionMachine)].toSorted(),
    );
  });

  it('drops the answers to earlier attempts', () => {
    const { steps } = walk(deviceConnectionMachine, undefined, ({ context }) => [
      ...eventsAt(context.attempt),
      { type: 'link.made', attempt: context.attempt - 1 },
      { type: 'link.lost', attempt: context.attempt - 1, error },
    ]);
    const isStale = (event: unknown, from: string): boolean =>
      (event as { attempt?: number }).attempt === 0 && from !== '"idle"';
    for (const { from, event, to } of steps) if (isStale(event, from)) expect(to).toBe(from);
  });
});
