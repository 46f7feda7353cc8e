/**
 * The pipelines of a pulsar-timing beam: ring buffers (SMRB), a receiver (RECV), a signal processor
 * (DSP) and a statistics process (STAT), commanded in the order in which they depend on each other.
 * The devices are whatever an engine can reach: simulated ones, TANGO's, or their addresses.
 *
 * The ring buffers are made before those that read and write them are attached, and go last.
 */
import { action, deviceCommand, noop, parallel, sequential } from 'runstate';
import type { DeviceProxy, Job } from 'runstate';

/** The devices of one beam. */
export interface BeamDevices {
  readonly smrb: DeviceProxy;
  readonly recv: DeviceProxy;
  readonly dsp: DeviceProxy;
  readonly stat: DeviceProxy;
}

/** States of SKA's `obsState` in which there is nothing to abort, or to reset. */
const obsState = { EMPTY: 0, ABORTED: 7, FAULT: 9 } as const;
const notAborted: readonly number[] = [obsState.ABORTED, obsState.FAULT, obsState.EMPTY];

/** The same command to each of some devices, side by side. */
const command = (devices: readonly DeviceProxy[], name: string, request?: object): Job =>
  deviceCommand(devices, name, request === undefined ? undefined : JSON.stringify(request), {
    name,
    timeoutMs: 60_000,
  });

const all = ({ smrb, recv, dsp, stat }: BeamDevices): readonly DeviceProxy[] => [
  smrb,
  recv,
  dsp,
  stat,
];

/** Receiver first, then what processes, then the ring buffers: no writer outlives its readers. */
const downstream = ({ smrb, recv, dsp, stat }: BeamDevices) =>
  [[recv], [dsp, stat], [smrb]] as const;

/** Makes the ring buffers, attaches the others, and configures the scan. */
export const configureScan = ({ smrb, recv, dsp, stat }: BeamDevices, request: object): Job =>
  sequential(
    [
      command([smrb], 'ConfigureBeam', request),
      command([dsp, recv, stat], 'ConfigureBeam', request),
      command([smrb, recv, stat], 'ConfigureScan', request),
      command([dsp], 'ConfigureScan', request),
    ],
    { name: 'configure scan' },
  );

/** Takes the configuration back; the ring buffers go when nobody is attached any more. */
export const deconfigureScan = (devices: BeamDevices): Job => {
  const { smrb, recv, dsp, stat } = devices;
  return sequential(
    [
      command(all(devices), 'DeconfigureScan'),
      command([dsp, recv, stat], 'DeconfigureBeam'),
      command([smrb], 'DeconfigureBeam'),
    ],
    { name: 'deconfigure scan' },
  );
};

/** Scans, once the scan's configuration has been written where the data will lie. */
export const scan = (
  devices: BeamDevices,
  request: object,
  writeConfiguration: (request: object) => unknown,
): Job =>
  sequential(
    [
      action(() => void writeConfiguration(request), { name: 'write configuration' }),
      command(all(devices), 'Scan', request),
    ],
    { name: 'scan' },
  );

/** Ends the scan. */
export const endScan = (devices: BeamDevices): Job =>
  sequential(
    downstream(devices).map((group) => command(group, 'EndScan')),
    { name: 'end scan' },
  );

async function obsStateOf(device: DeviceProxy): Promise<number> {
  const { value } = await device.read('obsState');
  return Number(value);
}

/** The command for each device that is not in one of some states; nothing for those that are. */
async function unless(
  states: readonly number[],
  devices: readonly DeviceProxy[],
  name: string,
): Promise<Job> {
  const steps = devices.map(async (device) => {
    const isDone = states.includes(await obsStateOf(device));
    return isDone
      ? noop({ name: `${name} of ${device.name} is not needed` })
      : command([device], name);
  });
  return parallel(await Promise.all(steps), { name, onFailure: 'finish' });
}

/** Aborts what is not aborted, at fault or empty already; `begun` is told first. */
export async function abort(devices: BeamDevices, begun: () => unknown = () => {}): Promise<Job> {
  const groups = downstream(devices).map((group) => unless(notAborted, group, 'Abort'));
  const steps = await Promise.all(groups);
  return sequential([action(() => void begun(), { name: 'begun' }), ...steps], { name: 'abort' });
}

/** Aborts, then resets one device after the other, those that are empty excepted. */
export async function obsReset(devices: BeamDevices, begun?: () => unknown): Promise<Job> {
  const { dsp, recv, smrb } = devices;
  const resets = [dsp, recv, smrb].map((device) => unless([obsState.EMPTY], [device], 'ObsReset'));
  return sequential([await abort(devices, begun), ...(await Promise.all(resets))], {
    name: 'observation reset',
  });
}

/** Brings all devices to fault, with the reason. */
export const goToFault = (devices: BeamDevices, reason: string): Job =>
  sequential(
    downstream(devices).map((group) =>
      deviceCommand(group, 'GoToFault', reason, { name: 'GoToFault' }),
    ),
    { name: 'go to fault' },
  );
