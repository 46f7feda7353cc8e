import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { id, other, scan } from '../support/running-scan.ts';
import { ScriptedDevice } from '../support/scripted-device.ts';

const { IN_PROGRESS, COMPLETED } = LrcTaskStatus;

describe('LongRunningCommand, attached', () => {
  it('goes on with a command that was sent before', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock({ now: 1_795_230_288_955 });
    device.attributes.set('lrcExecuting', [
      JSON.stringify({ uid: id, name: 'Scan', progress: '20' }),
    ]);
    const sentCommand = { commandId: id, sentAt: 1_795_230_188_955 };
    const handle = scan.attach(device, sentCommand, { clock });
    await clock.advance(0);
    expect(handle.state).toBe('running');
    await clock.advance(19_000);
    device.tell(id, { status: COMPLETED, result: [0, 'later'] });
    expect(await handle.result()).toMatchObject({
      commandId: id,
      result: [0, 'later'],
      taskStatusEvents: [IN_PROGRESS, COMPLETED],
    });
    expect(device.commands).toEqual([]);
    expect(device.listeners).toBe(0);
  });

  it('counts the timeout of a command that was sent before from when it was sent', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock({ now: 1_795_230_288_955 });
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    const handle = scan.attach(device, { commandId: id, sentAt: 1_795_230_188_955 }, { clock });
    await clock.advance(19_999);
    expect(handle.state).toBe('running');
    await clock.advance(1);
    expect((await handle.result()).exception).toMatchObject({ code: 'LRC_TIMEOUT' });
  });

  it('waits for a device that is away when it goes on', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock({ now: 1_795_230_188_955 });
    device.go('lost', new Error('away'));
    const handle = scan.attach(device, { commandId: id, sentAt: 1_795_230_188_955 }, { clock });
    await clock.advance(20_000);
    expect(handle.state).toBe('unreachable');
    const finished = { uid: id, name: 'Scan', status: 'COMPLETED', result: [0, 'meanwhile'] };
    device.attributes.set('lrcFinished', [JSON.stringify(finished)]);
    device.go('connected');
    await clock.advance(0);
    expect(await handle.result()).toMatchObject({ result: [0, 'meanwhile'], resultCode: 0 });
    expect(device.listeners).toBe(0);
  });

  it('names what a command without an id may have become, and follows none of it', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock({ now: 1_795_230_300_000 });
    const before = '1795230100.5_5_Scan';
    const lists = { lrcQueue: other, lrcExecuting: id, lrcFinished: before };
    for (const [list, uid] of Object.entries(lists)) {
      device.attributes.set(list, [JSON.stringify({ uid, name: uid.split('_')[2] })]);
    }
    const handle = scan.attach(device, { sentAt: 1_795_230_188_955 }, { clock });
    const { exception, resultCode, commandId } = await handle.result();
    expect([resultCode, commandId]).toEqual([ResultCode.UNKNOWN, null]);
    expect(exception).toMatchObject({ code: 'OUTCOME_UNKNOWN', candidates: [id] });
    expect(device.commands).toEqual([]);
    expect(device.listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
