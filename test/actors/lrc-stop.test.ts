import { describe, expect, it } from 'vitest';
import { RunstateError } from '../../src/kernel/errors.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { begin, free, id, other, scan, sent } from '../support/running-scan.ts';
import { ScriptedDevice } from '../support/scripted-device.ts';

const { IN_PROGRESS, ABORTED, COMPLETED } = LrcTaskStatus;

describe('LrcHandle, told to stop', () => {
  it('sends what was declared to stop it, and nothing else', async () => {
    const running = await begin({ stop: 'EndScan' }, IN_PROGRESS);
    const { device, handle, clock } = running;
    device.scripts.set('EndScan', () => null);
    const answer = handle.abort({ reason: new Error('the operator wants it') });
    await clock.advance(100);
    expect(handle.state).toBe('stopping');
    device.tell(id, { status: ABORTED, result: [7, 'stopped'] });
    expect(await answer).toEqual({ acknowledgedBy: 'device', elapsedMs: 100, stillRunning: [] });
    const { resultCode, exception } = await handle.result();
    expect(resultCode).toBe(ResultCode.ABORTED);
    expect(exception).toMatchObject({
      code: 'LRC_ABORTED',
      cause: new Error('the operator wants it'),
    });
    expect(sent(running)).toEqual(['Scan', 'EndScan']);
    expect(await handle.abort()).toEqual({
      acknowledgedBy: 'device',
      elapsedMs: 0,
      stillRunning: [],
    });
    free(running);
  });

  it('stops by a function of the device', async () => {
    const running = await begin({ stop: (device) => device.command('Halt', 3) }, IN_PROGRESS);
    running.device.scripts.set('Halt', () => null);
    const answer = running.handle.abort();
    await running.clock.advance(0);
    running.device.tell(id, { status: COMPLETED, result: [0, 'it had ended'] });
    expect(await answer).toMatchObject({ acknowledgedBy: 'device' });
    expect(await running.handle.result()).toMatchObject({ resultCode: 0, exception: null });
    expect(running.device.commands.at(-1)).toEqual(['Halt', 3]);
  });

  it('sends nothing when nothing was declared, and says what still runs', async () => {
    const running = await begin({}, IN_PROGRESS);
    expect(await running.handle.abort()).toEqual({
      acknowledgedBy: 'nobody',
      elapsedMs: 0,
      stillRunning: [id],
    });
    expect((await running.handle.result()).exception).toMatchObject({ code: 'LRC_LEFT_RUNNING' });
    expect(sent(running)).toEqual(['Scan']);
    free(running);
  });

  it('is left when the device takes the stop and tells no end in time', async () => {
    const running = await begin({ stop: 'EndScan', graceMs: 2_000 }, IN_PROGRESS);
    const { device, handle, clock } = running;
    device.scripts.set('EndScan', () => [[0], ['ok']]);
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    const answer = handle.abort();
    await clock.advance(2_000);
    expect(await answer).toEqual({
      acknowledgedBy: 'nobody',
      elapsedMs: 2_000,
      stillRunning: [id],
    });
    expect(device.reads).toContain('lrcFinished');
    free(running);
  });

  it('looks once more when the stop is refused: it may have ended by itself', async () => {
    const running = await begin({ stop: 'EndScan' }, IN_PROGRESS);
    running.device.scripts.set('EndScan', () => [[5], ['not scanning']]);
    const finished = { uid: id, name: 'Scan', status: 'COMPLETED', result: [0, 'ended'] };
    running.device.attributes.set('lrcFinished', [JSON.stringify(finished)]);
    expect(await running.handle.abort()).toMatchObject({ acknowledgedBy: 'device' });
    expect(await running.handle.result()).toMatchObject({ result: [0, 'ended'], exception: null });
    await running.clock.advance(0);
    free(running);
  });

  it('sends no Abort while another command is live on the device, and names it', async () => {
    const running = await begin({ stop: 'Abort' }, IN_PROGRESS);
    const { device, handle } = running;
    device.attributes.set('lrcQueue', [JSON.stringify({ uid: other, name: 'On' })]);
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    expect(await handle.abort()).toMatchObject({
      acknowledgedBy: 'nobody',
      stillRunning: [id, other],
    });
    expect((await handle.result()).exception?.message).toContain(other);
    expect(sent(running)).toEqual(['Scan']);
    free(running);
  });

  it.each([
    ['nobody else is live', {}, {}, []],
    ['what seems to wait is a ghost', {}, {}, [other, 'STAGING']],
    ['it may abort all', { abortAll: true }, {}, [other, 'QUEUED']],
    ['the caller may abort all', {}, { abortAll: true }, [other, 'QUEUED']],
  ] as const)('sends Abort when %s', async (_, options, asked, statuses) => {
    const running = await begin({ stop: 'Abort', ...options }, IN_PROGRESS);
    const { device, handle, clock } = running;
    if (statuses.length > 0) {
      device.attributes.set('lrcQueue', [JSON.stringify({ uid: other, name: 'On' })]);
      device.attributes.set('longRunningCommandStatus', statuses);
    }
    device.scripts.set('Abort', () => [[1], ['1_2_Abort']]);
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    await clock.advance(11_000);
    expect(handle.state).toBe('running');
    const answer = handle.abort(asked);
    await clock.advance(0);
    device.tell(id, { status: ABORTED, result: [7, ''] });
    expect(await answer).toMatchObject({ acknowledgedBy: 'device' });
    expect(sent(running).filter((name) => name === 'Abort')).toHaveLength(1);
  });

  it('sends no Abort when it cannot see whether others are live', async () => {
    const running = await begin({ stop: 'Abort' }, IN_PROGRESS);
    running.device.attributes.set('lrcQueue', new RunstateError('DEVICE_TIMEOUT', ['sim', 'x', 1]));
    expect(await running.handle.abort()).toMatchObject({ acknowledgedBy: 'nobody' });
    expect(sent(running)).toEqual(['Scan']);
  });

  it('sends its stop at the timeout too, and has timed out when that stopped it', async () => {
    const running = await begin({ stop: 'EndScan', timeoutMs: 1_000 }, IN_PROGRESS);
    const { device, handle, clock } = running;
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    device.scripts.set('EndScan', () => null);
    await clock.advance(1_000);
    expect(sent(running)).toEqual(['Scan', 'EndScan']);
    device.tell(id, { status: ABORTED, result: [7, ''] });
    const { resultCode, exception, taskStatusEvents } = await handle.result();
    expect(resultCode).toBe(ResultCode.UNKNOWN);
    expect(exception).toMatchObject({ code: 'LRC_TIMEOUT', stillRunning: [] });
    expect(taskStatusEvents).toEqual([IN_PROGRESS, ABORTED]);
    free(running);
  });

  it('sends nothing when its signal has fired before', async () => {
    const running = await begin({ signal: AbortSignal.abort() });
    expect(await running.handle.result()).toMatchObject({
      commandId: null,
      resultCode: ResultCode.ABORTED,
    });
    expect(sent(running)).toEqual([]);
    expect(running.device.reads).toEqual([]);
    free(running);
  });

  it('stops when its signal fires, also before the device has answered', async () => {
    const controller = new AbortController();
    const device = new ScriptedDevice(2);
    const clock = simulatedClock();
    device.scripts.set('EndScan', () => null);
    device.scripts.set('Scan', () => {
      controller.abort(new Error('enough'));
      return [[2], [id]];
    });
    const { signal } = controller;
    const handle = scan.start(device, null, { clock, signal, stop: 'EndScan' });
    await clock.advance(0);
    expect(device.commands.map(([name]) => name)).toEqual(['Scan', 'EndScan']);
    device.tell(id, { status: ABORTED, result: [7, ''] });
    expect(await handle.result()).toMatchObject({ commandId: id, resultCode: ResultCode.ABORTED });
    expect(device.listeners).toBe(0);
  });
});
