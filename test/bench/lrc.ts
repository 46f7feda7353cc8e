import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcHandle } from '../../src/actors/lrc-handle.ts';
import { LrcFold } from '../../src/streams/lrc-fold.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { ScriptedDevice } from '../support/scripted-device.ts';
import { median } from './rounds.ts';

/** How long something took, in microseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** From an event of a device until everyone has been told. */
export interface LrcTimes {
  readonly live: number;
  /** Until the subscriber of the command's events has returned. */
  readonly toSubscriber: Quantiles;
  /** From the event that ends the command until its `LrcResult` has been awaited. */
  readonly toResult: Quantiles;
}

const commandsOfDevice = 1_000;
const scan = new LongRunningCommand('Scan', { timeoutMs: 'none', recheckMs: 3_600_000 });

const micros = (since: bigint): number => Number(process.hrtime.bigint() - since) / 1_000;

function quantiles(samples: readonly number[]): Quantiles {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

interface Live {
  readonly device: ScriptedDevice;
  readonly handle: LrcHandle;
}

let made = 0;
const deviceWithScan = (): ScriptedDevice => {
  const device = new ScriptedDevice(2);
  device.scripts.set('Scan', () => {
    made += 1;
    return [[ResultCode.QUEUED], [`${made}.0_5_Scan`]];
  });
  return device;
};

let heard = 0;

async function startOne(device: ScriptedDevice): Promise<Live> {
  const handle = scan.start(device);
  handle.events$.subscribe(() => {
    heard += 1;
  });
  while (handle.commandId === null) await Promise.resolve();
  device.tell(handle.commandId, { status: LrcTaskStatus.IN_PROGRESS });
  return { device, handle };
}

/** Measures events with `live` commands under way, each with a subscriber. */
export async function lrcTimes(live: number, samples: number): Promise<LrcTimes> {
  const devices = Array.from({ length: Math.ceil(live / commandsOfDevice) }, deviceWithScan);
  const all: Live[] = [];
  for (let at = 0; at < live; at += 1) {
    all.push(await startOne(devices[at % devices.length] ?? deviceWithScan()));
  }
  const toSubscriber: number[] = [];
  const toResult: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const place = (sample * 7_919) % live;
    const { device, handle } = all[place] as Live;
    const id = handle.commandId ?? '';
    const progress = [id, JSON.stringify({ progress: 1 + (sample % 99) })];
    const before = heard;
    const asked = process.hrtime.bigint();
    device.event('_lrcEvent', progress);
    toSubscriber.push(micros(asked));
    if (heard === before) throw new Error('An event did not come to its subscriber.');
    const ending = [id, '{"status":5,"result":[0,"done"]}'];
    const result = handle.result();
    const ended = process.hrtime.bigint();
    device.event('_lrcEvent', ending);
    await result;
    toResult.push(micros(ended));
    all[place] = await startOne(device);
  }
  await Promise.all(all.map(({ handle }) => handle.detach()));
  const left = devices.reduce((sum, { listeners }) => sum + listeners, 0);
  if (left > 0) throw new Error(`${left} subscriptions were left.`);
  return { live, toSubscriber: quantiles(toSubscriber), toResult: quantiles(toResult) };
}

/** The cost of one event, in nanoseconds, of a command that has so many behind it. */
function costAfter(accumulated: number): number {
  const batch = 1_000;
  const costs: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const fold = new LrcFold();
    fold.log.events$.subscribe(() => {
      heard += 1;
    });
    for (let count = 0; count < accumulated; count += 1) {
      fold.apply({ percent: count % 100 }, 0, 'event');
    }
    const start = process.hrtime.bigint();
    for (let count = 0; count < batch; count += 1) {
      fold.apply({ percent: (accumulated + count) % 100 }, 0, 'event');
      if (fold.log.view.length <= accumulated) throw new Error('An event was not kept.');
    }
    costs.push((micros(start) * 1_000) / batch);
  }
  return median(costs);
}

/** How much dearer an event is with 30,000 behind it than with 100. */
export function costOfAccumulation(): number {
  costAfter(100);
  const ratios = Array.from({ length: 7 }, () => costAfter(30_000) / costAfter(100));
  return median(ratios);
}
