import { describe, expect, it } from 'vitest';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcOptions } from '../../src/actors/lrc-options.ts';
import { LrcError } from '../../src/kernel/device-errors.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import type { LrcResult } from '../../src/kernel/lrc.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { devFailed, ScriptedDevice } from '../support/scripted-device.ts';

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;

const id = '1795230188.955607_52969056615025_Scan';
const queued = [[ResultCode.QUEUED], [id]];

const scan = new LongRunningCommand('Scan');

interface Started {
  readonly device: ScriptedDevice;
  readonly clock: SimulatedClock;
  readonly result: Promise<LrcResult>;
}

const start = (reply: unknown, options: LrcOptions = {}, protocol: 1 | 2 = 2): Started => {
  const device = new ScriptedDevice(protocol);
  const clock = simulatedClock({ now: 1_795_230_188_955 });
  device.scripts.set('Scan', () => {
    if (reply instanceof Error) throw reply;
    return reply;
  });
  return { device, clock, result: scan(device, 'args', { clock, ...options }) };
};

const codeOf = ({ exception }: LrcResult): string | null =>
  exception === null ? null : (exception as RunstateError).code;

const settle = async ({ clock, device, result }: Started): Promise<LrcResult> => {
  await clock.advance(0);
  const ended = await result;
  expect(device.listeners).toBe(0);
  expect(clock.pending).toBe(0);
  return ended;
};

describe('LongRunningCommand, the table of ends', () => {
  it('completes well', async () => {
    const started = start(queued);
    const { device, clock } = started;
    await clock.advance(0);
    device.tell(id, { status: STAGING });
    device.tell(id, { status: QUEUED });
    device.tell(id, { status: IN_PROGRESS });
    device.tell(id, { progress: 33 });
    device.tell(id, { status: COMPLETED, result: [0, 'done'] });
    expect(await settle(started)).toEqual({
      command: 'Scan',
      commandId: id,
      resultCode: ResultCode.OK,
      result: [0, 'done'],
      exception: null,
      taskStatusEvents: [STAGING, QUEUED, IN_PROGRESS, COMPLETED],
    });
    expect(device.commands).toEqual([['Scan', 'args']]);
  });

  const told: readonly (readonly [string, object, ResultCode, string | null])[] = [
    [
      'completed with a bad verdict',
      { status: COMPLETED, result: [3, 'no'] },
      ResultCode.FAILED,
      null,
    ],
    [
      'completed with a verdict as text',
      { status: 5, result: ['3', 'no'] },
      ResultCode.FAILED,
      null,
    ],
    ['completed with data', { status: 5, result: { counts: 3 } }, ResultCode.OK, null],
    ['completed with two readings', { status: 5, result: [3, 4] }, ResultCode.OK, null],
    ['completed with a plain text', { status: 5, result: 'Completed' }, ResultCode.OK, null],
    ['failed', { status: FAILED, result: [3, 'Unhandled'] }, ResultCode.FAILED, 'LRC_FAILED'],
    ['aborted', { status: ABORTED, result: [7, 'gone'] }, ResultCode.ABORTED, 'LRC_ABORTED'],
    [
      'rejected from the queue',
      { status: REJECTED, result: [5, 'x'] },
      ResultCode.REJECTED,
      'REJECTED',
    ],
    ['not allowed', { status: REJECTED, result: [6, 'x'] }, ResultCode.NOT_ALLOWED, 'NOT_ALLOWED'],
    [
      'not allowed, in words',
      { status: 'REJECTED', result: ['NOT_ALLOWED', 'x'] },
      6,
      'NOT_ALLOWED',
    ],
  ];

  it.each(told)('tells that it %s', async (_, update, resultCode, code) => {
    const started = start(queued);
    await started.clock.advance(0);
    started.device.tell(id, update);
    const ended = await settle(started);
    expect(ended).toMatchObject({ commandId: id, resultCode });
    expect(codeOf(ended)).toBe(code);
  });

  const replies: readonly (readonly [string, unknown, ResultCode, string | null])[] = [
    ['completed at once', [[0], ['done']], ResultCode.OK, null],
    ['rejected at once', [[5], ['queue is full']], ResultCode.REJECTED, 'REJECTED'],
    ['not allowed at once', [['6'], ['no']], ResultCode.NOT_ALLOWED, 'NOT_ALLOWED'],
    ['refused with a failure', [[3], ['bad request']], ResultCode.FAILED, 'LRC_FAILED'],
    ['refused with an abort', [7, 'aborting'], ResultCode.ABORTED, 'LRC_ABORTED'],
    ['answered strangely', 'hello', ResultCode.UNKNOWN, 'DEVICE_PROTOCOL'],
    ['accepted without an id', [[2], ['']], ResultCode.UNKNOWN, 'DEVICE_PROTOCOL'],
    ['refused by the device', devFailed('API_X'), ResultCode.FAILED, 'DEV_FAILED'],
    [
      'not sent',
      new RunstateError('DEVICE_UNREACHABLE', ['sim', 'away']),
      ResultCode.FAILED,
      'DEVICE_UNREACHABLE',
    ],
  ];

  it.each(replies)('tells that it was %s', async (_, reply, resultCode, code) => {
    const ended = await settle(start(reply));
    expect(ended).toMatchObject({ commandId: null, resultCode, taskStatusEvents: [] });
    expect(codeOf(ended)).toBe(code);
  });

  it.each([
    [[['2'], [id]]],
    [['2', id]],
    [[2, id]],
    [[[1], [id]]],
    [[['STARTED'], [id]]],
    [[new Int32Array([2]), [id]]],
  ])('understands the reply %j', async (reply) => {
    const started = start(reply);
    await started.clock.advance(0);
    started.device.tell(id, { status: 5, result: [0, ''] });
    expect(await settle(started)).toMatchObject({ commandId: id, resultCode: 0 });
  });

  it('keeps the very error that the device refused with', async () => {
    const refusal = devFailed('API_CommandNotAllowed', 'not in this state');
    expect((await settle(start(refusal))).exception).toBe(refusal);
  });

  it('names the candidates when the answer was lost', async () => {
    const started = start(new RunstateError('OUTCOME_UNKNOWN', ['Scan', 'the line broke']));
    const { device } = started;
    const older = '1795230000.1_5_Scan';
    device.attributes.set('lrcQueue', [JSON.stringify({ uid: id, name: 'Scan' })]);
    device.attributes.set('lrcExecuting', [
      JSON.stringify({ uid: '1795230190.1_5_On', name: 'On' }),
    ]);
    device.attributes.set('lrcFinished', [JSON.stringify({ uid: older, name: 'Scan' })]);
    const ended = await settle(started);
    expect(ended).toMatchObject({ commandId: null, resultCode: ResultCode.UNKNOWN });
    expect(ended.exception).toMatchObject({ code: 'OUTCOME_UNKNOWN', candidates: [id] });
    expect(device.commands).toHaveLength(1);
  });

  it('times out after one last look, and names what still runs', async () => {
    const started = start(queued, { timeoutMs: 5_000 });
    const { device, clock, result } = started;
    await clock.advance(0);
    device.tell(id, { status: IN_PROGRESS });
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    await clock.advance(4_999);
    expect(device.reads).not.toContain('lrcFinished');
    await clock.advance(1);
    const ended = await result;
    expect(device.reads.filter((read) => read === 'lrcFinished')).toHaveLength(1);
    expect(ended.resultCode).toBe(ResultCode.UNKNOWN);
    expect(ended.exception).toMatchObject({ code: 'LRC_TIMEOUT', stillRunning: [id] });
    expect(device.listeners).toBe(0);
  });

  it('finds at the last look that it has ended, and has not timed out', async () => {
    const started = start(queued, { timeoutMs: 5_000 });
    const { device, clock } = started;
    await clock.advance(0);
    device.tell(id, { status: IN_PROGRESS });
    const finished = { uid: id, name: 'Scan', status: 'COMPLETED', result: [0, 'late'] };
    device.attributes.set('lrcFinished', [JSON.stringify(finished)]);
    await clock.advance(5_000);
    const { resultCode, result, taskStatusEvents } = await settle(started);
    expect([resultCode, result, taskStatusEvents]).toEqual([
      ResultCode.OK,
      [0, 'late'],
      [IN_PROGRESS, COMPLETED],
    ]);
  });

  it('is lost when the device does not know its id any more', async () => {
    const started = start(queued);
    const { device, clock } = started;
    await clock.advance(0);
    device.tell(id, { status: IN_PROGRESS });
    await clock.advance(10_000);
    const ended = await settle(started);
    expect(ended.resultCode).toBe(ResultCode.UNKNOWN);
    expect(codeOf(ended)).toBe('LRC_LOST');
    expect(device.commands.at(-1)).toEqual(['CheckLongRunningCommandStatus', id]);
  });

  it('is not lost while it is staged, as devices do not list that', async () => {
    const started = start(queued);
    const { device, clock } = started;
    await clock.advance(0);
    device.tell(id, { status: STAGING });
    device.gap('_lrcEvent');
    await clock.advance(0);
    device.tell(id, { status: 5, result: [0, ''] });
    expect(codeOf(await settle(started))).toBeNull();
  });

  it('is left running when its caller detaches', async () => {
    const device = new ScriptedDevice(2);
    const clock = simulatedClock();
    device.scripts.set('Scan', () => queued);
    const handle = scan.start(device, null, { clock });
    await clock.advance(0);
    const { exception, resultCode } = await handle.detach();
    expect(resultCode).toBe(ResultCode.UNKNOWN);
    expect(exception).toBeInstanceOf(LrcError);
    expect(exception).toMatchObject({ code: 'LRC_LEFT_RUNNING', stillRunning: [id] });
    expect(device.commands).toHaveLength(1);
    expect(device.listeners).toBe(0);
  });

  it('refuses a device whose protocol is not known, before it sends anything', async () => {
    const device = new ScriptedDevice(2);
    device.attributes.set('lrcProtocolVersions', [3, 4]);
    const ended = await scan(device);
    expect(ended).toMatchObject({ commandId: null, resultCode: ResultCode.FAILED });
    expect(codeOf(ended)).toBe('LRC_PROTOCOL_UNKNOWN');
    expect(device.commands).toEqual([]);
    expect(device.listeners).toBe(0);
  });

  it('does not send when the device sends no events', async () => {
    const device = new ScriptedDevice(1);
    const refusal = devFailed('API_AttributePollingNotStarted');
    device.refuseEvents('longRunningCommandProgress', refusal);
    const ended = await scan(device);
    expect(ended.exception).toBe(refusal);
    expect(device.commands).toEqual([]);
    expect(device.listeners).toBe(0);
  });

  it('does not send when the intent cannot be stored', async () => {
    const device = new ScriptedDevice(2);
    const beforeSend = (): Promise<void> => Promise.reject(new Error('the disk is full'));
    const ended = await scan(device, null, { beforeSend });
    expect(ended).toMatchObject({ commandId: null, resultCode: ResultCode.FAILED });
    expect(ended.exception?.message).toBe('the disk is full');
    expect(device.commands).toEqual([]);
  });

  it('stores the intent before it sends, and the id before all else', async () => {
    const steps: string[] = [];
    const device = new ScriptedDevice(2);
    device.scripts.set('Scan', () => {
      steps.push('sent');
      device.tell(id, { status: 5, result: [0, ''] });
      return queued;
    });
    const ended = await scan(device, null, {
      beforeSend: () => steps.push(`intent, listening to ${device.heard.join()}`),
      onAccepted: (commandId) => steps.push(commandId),
    });
    expect(steps).toEqual(['intent, listening to _lrcEvent', 'sent', id]);
    expect(ended).toMatchObject({ resultCode: ResultCode.OK, taskStatusEvents: [COMPLETED] });
  });
});
