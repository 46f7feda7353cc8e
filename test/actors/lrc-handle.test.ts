import { describe, expect, it } from 'vitest';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcOptions } from '../../src/actors/lrc-options.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import type { LrcEvent } from '../../src/kernel/lrc.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import { begin, free, id, scan, sent } from '../support/running-scan.ts';
import { devFailed, ScriptedDevice } from '../support/scripted-device.ts';

const { STAGING, IN_PROGRESS, COMPLETED } = LrcTaskStatus;

describe('LongRunningCommand', () => {
  it('is called like a function, and is of its class', async () => {
    expect(typeof scan).toBe('function');
    expect(scan).toBeInstanceOf(LongRunningCommand);
    expect(scan.command).toBe('Scan');
    const device = new ScriptedDevice(2);
    device.scripts.set('Scan', () => [[0], ['done']]);
    expect(await scan(device)).toMatchObject({ resultCode: 0, result: 'done' });
  });

  it('refuses options that it cannot work with', async () => {
    const device = new ScriptedDevice(2);
    for (const options of [
      { timeoutMs: -1 },
      { timeoutMs: Number.NaN },
      { recheckMs: 0 },
      { stop: '' },
      { suspend: { pause: '', resume: 'Resume' } },
    ] satisfies LrcOptions[]) {
      expect(() => scan.start(device, null, options)).toThrow(RunstateError);
      await expect(scan(device, null, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
    expect(() => new LongRunningCommand('')).toThrow(TypeError);
    expect(device.commands).toEqual([]);
  });

  it('takes the options of a call before its own', async () => {
    const clock = simulatedClock();
    const device = new ScriptedDevice(2);
    const command = new LongRunningCommand('Scan', { clock, timeoutMs: 1, stop: 'EndScan' });
    device.scripts.set('Scan', () => [[2], [id]]);
    const handle = command.start(device, null, { timeoutMs: 'none' });
    await clock.advance(1_000);
    expect(handle.state).toBe('accepted');
    device.tell(id, { status: COMPLETED, result: [0, ''] });
    await handle.result();
  });
});

describe('LrcHandle', () => {
  it('shows where the command stands', async () => {
    const { device, handle, clock } = await begin();
    const states: string[] = [handle.state];
    for (const status of [0, 1, 2] as const) {
      device.tell(id, { status });
      states.push(handle.state);
    }
    device.tell(id, { progress: '42' });
    expect(states).toEqual(['accepted', 'accepted', 'queued', 'running']);
    expect([handle.percent, handle.commandId, handle.device]).toEqual([42, id, 'sim:2']);
    device.tell(id, { status: 5 });
    expect(handle.state).toBe('gathering');
    await clock.advance(500);
    expect(handle.state).toBe('completed');
  });

  it('replays its events to those who come late, and completes', async () => {
    const { device, handle } = await begin();
    const early: LrcEvent[] = [];
    handle.events$.subscribe((event) => early.push(event));
    device.tell(id, { status: IN_PROGRESS });
    const before = handle.events;
    device.tell(id, { progress: 10 });
    device.tell(id, { progress: 10 });
    const middle: string[] = [];
    handle.events$.subscribe(({ type }) => middle.push(type));
    device.tell(id, { status: COMPLETED, result: [0, 'x'] });
    const late: LrcEvent[] = [];
    let isComplete = false;
    handle.events$.subscribe({
      next: (event) => late.push(event),
      complete: () => {
        isComplete = true;
      },
    });
    const types = ['accepted', 'status', 'progress', 'result', 'status'];
    expect(early.map(({ type }) => type)).toEqual(types);
    expect(middle).toEqual(types);
    expect(late).toEqual(early);
    expect(isComplete).toBe(true);
    expect(before.length).toBe(2);
    expect([...before].map(({ type }) => type)).toEqual(['accepted', 'status']);
  });

  it('bounds a wait and leaves the command alone', async () => {
    const running = await begin({}, IN_PROGRESS);
    const { handle, clock, device } = running;
    const waited = handle.result({ timeoutMs: 100 });
    const aborted = handle.result({ signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'WAIT_ABORTED' });
    await Promise.all([
      expect(waited).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' }),
      clock.advance(100),
    ]);
    expect(handle.state).toBe('running');
    device.tell(id, { status: COMPLETED, result: [0, ''] });
    expect(await handle.result({ timeoutMs: 100 })).toMatchObject({ resultCode: 0 });
    free(running);
  });

  it('pauses and goes on by the declared commands, and its timeout stands still', async () => {
    const suspend = { pause: 'Pause', resume: 'Resume' };
    const running = await begin({ suspend, timeoutMs: 1_000 }, IN_PROGRESS);
    const { device, handle, clock } = running;
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    device.scripts.set('Pause', () => null);
    device.scripts.set('Resume', () => [[0], ['ok']]);
    await clock.advance(600);
    await handle.pause();
    expect(handle.state).toBe('paused');
    await clock.advance(50_000);
    expect(handle.state).toBe('paused');
    await handle.resume();
    expect(handle.state).toBe('running');
    await clock.advance(399);
    expect(handle.state).toBe('running');
    await clock.advance(1);
    expect((await handle.result()).exception).toMatchObject({ code: 'LRC_TIMEOUT' });
    expect(sent(running)).toEqual(['Scan', 'Pause', 'Resume']);
    free(running);
  });

  it('follows a pause that is a long-running command itself', async () => {
    const suspend = { pause: 'Pause', resume: 'Resume' };
    const running = await begin({ suspend }, IN_PROGRESS);
    const { device, handle, clock } = running;
    device.scripts.set('Pause', () => [[1], ['1_2_Pause']]);
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    const paused = handle.pause();
    await clock.advance(0);
    expect(handle.state).toBe('running');
    device.tell('1_2_Pause', { status: 5, result: [0, ''] });
    await paused;
    expect(handle.state).toBe('paused');
    device.tell(id, { status: COMPLETED, result: [0, ''] });
    await handle.result();
    free(running);
  });

  it.each([
    ['nothing is declared', {}, (): unknown => null],
    [
      'the device refuses',
      { suspend: { pause: 'Pause', resume: 'R' } },
      (): unknown => [[5], ['no']],
    ],
    [
      'the device fails',
      { suspend: { pause: 'Pause', resume: 'R' } },
      (): never => {
        throw devFailed('API_X');
      },
    ],
  ])('refuses to pause when %s', async (_, options, script) => {
    const running = await begin(options, IN_PROGRESS);
    running.device.scripts.set('Pause', script);
    await expect(running.handle.pause()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
    await expect(running.handle.resume()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
    expect(running.handle.state).toBe('running');
    await running.handle.detach();
  });

  it('tells STAGING apart from being queued', async () => {
    const { handle, device } = await begin({}, STAGING);
    expect(handle.state).toBe('accepted');
    device.tell(id, { status: 1 });
    expect(handle.state).toBe('queued');
    await handle.detach();
  });
});
