import { expect } from 'vitest';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcHandle } from '../../src/actors/lrc-handle.ts';
import type { LrcOptions } from '../../src/actors/lrc-options.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { ResultCode } from '../../src/kernel/task-state.ts';
import type { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import { ScriptedDevice } from './scripted-device.ts';

/** The id that the device gives its command. */
export const id = '1795230188.955607_5_Scan';
/** The id of a command of somebody else. */
export const other = '1795230188.955608_5_On';
export const scan = new LongRunningCommand('Scan');

/** A command that a scripted device has taken. */
export interface Running {
  readonly device: ScriptedDevice;
  readonly clock: SimulatedClock;
  readonly handle: LrcHandle;
}

export const begin = async (options: LrcOptions = {}, status?: LrcTaskStatus): Promise<Running> => {
  const device = new ScriptedDevice(2);
  const clock = simulatedClock({ now: 1_795_230_188_955 });
  device.scripts.set('Scan', () => [[ResultCode.QUEUED], [id]]);
  const handle = scan.start(device, null, { clock, ...options });
  await clock.advance(0);
  if (status !== undefined) device.tell(id, { status });
  return { device, clock, handle };
};

/** The commands that the device was sent. */
export const sent = ({ device }: Running): string[] => device.commands.map(([name]) => name);

/** Nothing is left behind: no subscription and no timer. */
export const free = ({ device, clock }: Running): void => {
  expect(device.listeners).toBe(0);
  expect(clock.pending).toBe(0);
};
