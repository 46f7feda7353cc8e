import { describe, expect, it } from 'vitest';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcHandle } from '../../src/actors/lrc-handle.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { ScriptedDevice } from '../support/scripted-device.ts';

const { STAGING, QUEUED, IN_PROGRESS, COMPLETED } = LrcTaskStatus;
const scan = new LongRunningCommand('Scan');
const id = '1795230188.955607_5_Scan';
const three = [
  'longRunningCommandStatus',
  'longRunningCommandProgress',
  'longRunningCommandResult',
];

interface Running {
  readonly device: ScriptedDevice;
  readonly clock: SimulatedClock;
  readonly handle: LrcHandle;
}

const begin = async (protocol: 1 | 2): Promise<Running> => {
  const device = new ScriptedDevice(protocol);
  const clock = simulatedClock({ now: 1_795_230_188_955 });
  device.scripts.set('Scan', () => [[2], [id]]);
  const handle = scan.start(device, null, { clock, timeoutMs: 'none' });
  await clock.advance(0);
  return { device, clock, handle };
};

const listed = (device: ScriptedDevice, list: string, more: object = {}): void => {
  for (const each of ['lrcQueue', 'lrcExecuting', 'lrcFinished']) device.attributes.set(each, []);
  device.attributes.set(list, [JSON.stringify({ uid: id, name: 'Scan', ...more })]);
};

const types = (handle: LrcHandle): string[] => handle.events.toArray().map(({ type }) => type);

describe('LrcDevice', () => {
  it('subscribes once to each attribute, however many commands are live, and to nothing after', async () => {
    for (const [protocol, attributes] of [
      [1, three],
      [2, ['_lrcEvent']],
    ] as const) {
      const device = new ScriptedDevice(protocol);
      const clock = simulatedClock();
      let sent = 0;
      device.scripts.set('Scan', () => {
        sent += 1;
        return [[2], [`1.${sent}_5_Scan`]];
      });
      const handles = Array.from({ length: 100 }, () => scan.start(device, null, { clock }));
      await clock.advance(0);
      expect(device.heard).toEqual(attributes);
      const ids = handles.map(({ commandId }) => commandId ?? '');
      for (const each of ids) {
        if (protocol === 2) device.tell(each, { status: 5, result: [0, each] });
        else device.event('longRunningCommandResult', [each, JSON.stringify([0, each])]);
      }
      if (protocol === 1) {
        device.event(
          'longRunningCommandStatus',
          ids.flatMap((each) => [each, 'COMPLETED']),
        );
      }
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results.map(({ result }) => result)).toEqual(ids.map((each) => [0, each]));
      expect(device.listeners).toBe(0);
      expect(clock.pending).toBe(0);
    }
  });

  it('hands a burst of events that overtake the answers to their commands', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock();
    const answers: (() => void)[] = [];
    let sent = 0;
    device.scripts.set('Scan', () => {
      sent += 1;
      const own = `1.${sent}_5_Scan`;
      return new Promise((resolve) => answers.push(() => resolve([[2], [own]])));
    });
    const handles = Array.from({ length: 500 }, () => scan.start(device, null, { clock }));
    await clock.advance(0);
    for (let at = 500; at > 0; at -= 1) {
      device.tell(`1.${at}_5_Scan`, { status: 0 });
      device.tell(`1.${at}_5_Scan`, { status: 2, progress: at % 100 });
      if (at % 2 === 0) device.tell(`1.${at}_5_Scan`, { status: 5, result: [0, `${at}`] });
    }
    device.tell('1.1_5_Other', { status: 5, result: [0, 'not ours'] });
    for (const answer of answers.toReversed()) answer();
    await clock.advance(0);
    expect(handles.map(({ state }) => state)).toEqual(
      handles.map((_, index) => (index % 2 === 0 ? 'running' : 'completed')),
    );
    for (let at = 1; at <= 500; at += 2)
      device.tell(`1.${at}_5_Scan`, { status: 5, result: [0, ''] });
    const results = await Promise.all(handles.map((handle) => handle.result()));
    const whole = [STAGING, IN_PROGRESS, COMPLETED];
    expect(results.map(({ taskStatusEvents }) => taskStatusEvents)).toEqual(
      results.map(() => whole),
    );
    expect(device.listeners).toBe(0);
  });

  it('takes version 1 in which the status comes before the result', async () => {
    const { device, handle, clock } = await begin(1);
    device.event('longRunningCommandStatus', [id, 'IN_PROGRESS']);
    device.event('longRunningCommandProgress', [id, '33']);
    device.event('longRunningCommandStatus', [id, 'COMPLETED']);
    expect(handle.state).toBe('gathering');
    device.event('longRunningCommandResult', [id, '[3, "no"]']);
    expect(await handle.result()).toMatchObject({ resultCode: ResultCode.FAILED, exception: null });
    expect(handle.percent).toBe(33);
    expect(device.listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('looks for a result that does not come, and ends without one', async () => {
    const { device, handle, clock } = await begin(1);
    device.event('longRunningCommandStatus', [id, 'COMPLETED']);
    await clock.advance(500);
    expect(device.reads).toContain('longRunningCommandResult');
    expect(await handle.result()).toMatchObject({ resultCode: ResultCode.OK, result: null });
  });

  it('does not claim a good end that it has only looked up, without its result', async () => {
    const { device, handle, clock } = await begin(1);
    device.attributes.set('longRunningCommandStatus', [id, 'COMPLETED']);
    device.gap('longRunningCommandStatus');
    await clock.advance(500);
    expect(await handle.result()).toMatchObject({
      resultCode: ResultCode.UNKNOWN,
      exception: null,
    });
  });

  it('looks for a status that does not come with its result', async () => {
    const { device, handle, clock } = await begin(1);
    device.event('longRunningCommandResult', [id, '[0, "done"]']);
    device.attributes.set('longRunningCommandStatus', [id, 'COMPLETED']);
    await clock.advance(500);
    expect(await handle.result()).toMatchObject({ resultCode: 0, result: [0, 'done'] });
    expect(clock.pending).toBe(0);
  });

  it('asks a device of version 1 for a command that it does not list', async () => {
    const { device, handle, clock } = await begin(1);
    device.scripts.set('CheckLongRunningCommandStatus', () => 'IN_PROGRESS');
    await clock.advance(10_000);
    expect(handle.state).toBe('running');
    expect(device.commands.at(-1)).toEqual(['CheckLongRunningCommandStatus', id]);
    await handle.detach();
  });

  it('does not end a command when the connection is lost, and looks when it is back', async () => {
    const { device, handle, clock } = await begin(2);
    device.tell(id, { status: IN_PROGRESS });
    device.go('lost', new Error('the cable'));
    expect(handle.state).toBe('unreachable');
    await clock.advance(3_600_000);
    expect(handle.state).toBe('unreachable');
    listed(device, 'lrcExecuting');
    device.go('connecting');
    device.go('connected');
    expect(handle.state).toBe('running');
    device.go('lost');
    listed(device, 'lrcFinished', { status: 'COMPLETED', result: [0, 'meanwhile'] });
    device.go('connected');
    expect(await handle.result()).toMatchObject({ resultCode: 0, result: [0, 'meanwhile'] });
    expect(types(handle)).toEqual([
      'accepted',
      'status',
      'unreachable',
      'reachable',
      'unreachable',
      'reachable',
      'result',
      'status',
    ]);
    expect(device.listeners).toBe(0);
  });

  it.each([
    ['a gap', (device: ScriptedDevice) => device.gap('_lrcEvent')],
    ['an error', (device: ScriptedDevice) => device.fault('_lrcEvent', new Error('silence'))],
    ['a new subscription', (device: ScriptedDevice) => device.event('_lrcEvent', [], 'read')],
    [
      'a broken stream',
      (device: ScriptedDevice) => device.breakEvents('_lrcEvent', new Error('x')),
    ],
  ])('looks at the device after %s', async (_, disturb) => {
    const { device, handle } = await begin(2);
    device.tell(id, { status: QUEUED });
    listed(device, 'lrcFinished', { status: 'COMPLETED', result: [0, 'missed'] });
    disturb(device);
    expect(await handle.result()).toMatchObject({
      result: [0, 'missed'],
      taskStatusEvents: [QUEUED, COMPLETED],
    });
    expect(device.listeners).toBe(0);
  });

  it('listens again after a stream has broken', async () => {
    const { device, handle } = await begin(2);
    listed(device, 'lrcExecuting');
    device.breakEvents('_lrcEvent', new Error('x'));
    expect(device.heard).toEqual(['_lrcEvent']);
    device.tell(id, { status: COMPLETED, result: [0, ''] });
    expect(await handle.result()).toMatchObject({ resultCode: 0 });
    expect(device.listeners).toBe(0);
  });

  it('rechecks every 10 s, with one look for all commands of the device', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock();
    let sent = 0;
    device.scripts.set('Scan', () => [[2], [`1.${(sent += 1)}_5_Scan`]]);
    const handles = Array.from({ length: 50 }, () => scan.start(device, null, { clock }));
    await clock.advance(0);
    device.attributes.set(
      'lrcQueue',
      handles.map(({ commandId }) => JSON.stringify({ uid: commandId })),
    );
    await clock.advance(30_000);
    expect(device.reads.filter((name) => name === 'lrcFinished')).toHaveLength(3);
    expect(handles.every(({ state }) => state === 'queued')).toBe(true);
    await Promise.all(handles.map((handle) => handle.detach()));
    expect(clock.pending).toBe(0);
  });

  it('is left when the proxy is closed', async () => {
    const { device, handle } = await begin(2);
    await device.close();
    expect((await handle.result()).exception).toMatchObject({ code: 'LRC_LEFT_RUNNING' });
    expect(device.listeners).toBe(0);
  });

  it('lets a look and late events meet without going back', async () => {
    const { device, handle, clock } = await begin(2);
    listed(device, 'lrcExecuting');
    await clock.advance(10_000);
    device.tell(id, { status: STAGING });
    device.tell(id, { status: QUEUED });
    device.tell(id, { status: IN_PROGRESS });
    device.tell(id, { status: COMPLETED, result: [0, ''] });
    expect((await handle.result()).taskStatusEvents).toEqual([IN_PROGRESS, COMPLETED]);
  });

  it('ignores what comes after the end', async () => {
    const { device, handle } = await begin(2);
    device.tell(id, { status: COMPLETED, result: [0, 'first'] });
    device.tell(id, { status: 3, result: [7, 'second'] });
    expect(await handle.result()).toMatchObject({ result: [0, 'first'], resultCode: 0 });
    expect(types(handle)).toEqual(['accepted', 'result', 'status']);
  });
});
