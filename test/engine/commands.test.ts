import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { RunstateError } from '../../src/kernel/errors.ts';
import { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import {
  deviceCommand,
  LongRunningCommand,
  sequential,
  sqliteStore,
  task,
} from '../../src/index.ts';
import type { CommandOptions, EngineOptions, TaskHandle } from '../../src/index.ts';
import {
  closeEngines,
  eventsOf,
  logOf,
  pluginOf,
  startEngine,
  statesOf,
} from '../support/engine-under-test.ts';
import type { EngineUnderTest } from '../support/engine-under-test.ts';
import { devFailed, ScriptedDevice } from '../support/scripted-device.ts';

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;

const id = '1000.5_529690566_Scan';
const queued = [[2], [id]];

interface Sent extends EngineUnderTest {
  readonly device: ScriptedDevice;
  readonly handle: TaskHandle;
}

/** A device that takes `Scan` and `EndScan`. */
function scanner(name = 'scanner', reply: unknown = queued): ScriptedDevice {
  const device = new ScriptedDevice(2, name);
  device.scripts.set('Scan', () => {
    if (reply instanceof Error) throw reply;
    return reply;
  });
  device.scripts.set('EndScan', () => [[0], ['ended']]);
  return device;
}

async function send(
  options: CommandOptions = {},
  given: EngineOptions & { readonly reply?: unknown } = {},
): Promise<Sent> {
  const { reply = queued, ...engineOptions } = given;
  const device = scanner('scanner', reply);
  const made = await startEngine({ devices: { scanner: device }, ...engineOptions });
  const input = { device: 'scanner', command: 'Scan', args: '{"seconds":5}', options };
  const handle = made.engine.submit('runstate.command', input, { resources: 'beam' });
  await made.rest();
  return { ...made, device, handle };
}

describe('a command as a task', () => {
  afterEach(closeEngines);

  it('is followed to its end, with its progress and what the device tells', async () => {
    const { handle, device, rest } = await send();
    expect(handle.state).toBe('running');
    for (const status of [STAGING, QUEUED, IN_PROGRESS]) device.tell(id, { status });
    device.tell(id, { progress: 40 });
    device.tell(id, { status: COMPLETED, result: [0, 'scanned'] });
    await rest();
    expect(await handle.output()).toEqual({
      command: 'Scan',
      commandId: id,
      resultCode: 0,
      result: [0, 'scanned'],
      taskStatusEvents: [STAGING, QUEUED, IN_PROGRESS, COMPLETED],
    });
    expect(device.commands).toEqual([['Scan', '{"seconds":5}']]);
    expect(eventsOf(handle)).toContainEqual(expect.objectContaining({ percent: 40 }));
    expect(logOf(handle)).toContain('device: IN_PROGRESS');
    expect(device.listeners).toBe(0);
  });

  it.each([
    ['completed badly', { status: COMPLETED, result: [3, 'no beam'] }, 'failed', 'LRC_FAILED'],
    ['failed', { status: FAILED, result: [3, 'it broke'] }, 'failed', 'LRC_FAILED'],
    ['was aborted there', { status: ABORTED, result: [7, 'aborted'] }, 'cancelled', 'LRC_ABORTED'],
    ['was rejected', { status: REJECTED, result: [5, 'full'] }, 'failed', 'REJECTED'],
    ['was not allowed', { status: REJECTED, result: [6, 'idle'] }, 'failed', 'NOT_ALLOWED'],
  ])('that %s ends so', async (_, update, taskStatus, code) => {
    const { handle, device } = await send();
    device.tell(id, update);
    expect(await handle.result()).toMatchObject({ taskStatus, error: { code } });
  });

  it.each([
    ['is refused at once', [[5], ['the queue is full']], 'failed', 'REJECTED'],
    ['fails at the call', devFailed('API_X', 'no power'), 'failed', 'DEV_FAILED'],
    ['is done at once', [[0], ['done']], 'completed', undefined],
  ])('that %s ends so', async (_, reply, taskStatus, code) => {
    const { handle } = await send({}, { reply });
    const { error, ...result } = await handle.result();
    expect([result.taskStatus, error?.code]).toEqual([taskStatus, code]);
  });

  it('is stopped by what it declares, and the device acknowledges that', async () => {
    const { handle, device, rest, engine } = await send({ stop: 'EndScan' });
    device.tell(id, { status: IN_PROGRESS });
    const cancelled = handle.cancel({ reason: 'the sample is gone' });
    await rest();
    expect(device.commands.at(-1)?.[0]).toBe('EndScan');
    device.tell(id, { status: ABORTED, result: [7, 'ended'] });
    expect(await cancelled).toMatchObject({ acknowledgedBy: 'device', status: 'cancelled' });
    expect(engine.resources.list()).toEqual([]);
  });

  it('that nothing stops says so at once, and keeps its resources until the device has ended it', async () => {
    const { handle, device, rest, engine } = await send();
    device.tell(id, { status: IN_PROGRESS });
    expect(await handle.cancel()).toMatchObject({
      acknowledgedBy: 'nobody',
      status: 'cancelled',
      stillRunning: [id],
    });
    expect(device.commands).toHaveLength(1);
    expect(engine.resources.list()).toMatchObject([{ name: 'beam', inUse: 1 }]);
    await rest();
    device.tell(id, { status: COMPLETED, result: [0, 'done'] });
    await rest();
    expect(engine.resources.list()).toEqual([]);
    expect(device.listeners).toBe(0);
  });

  it('that ends too late has timed out, and keeps its resources while it may run', async () => {
    const { handle, device, clock, engine, rest } = await send({ timeoutMs: 60_000 });
    device.tell(id, { status: IN_PROGRESS });
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    await clock.advance(61_000);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'LRC_TIMEOUT' },
    });
    expect(engine.resources.list()).toMatchObject([{ name: 'beam', inUse: 1 }]);
    await rest();
    device.tell(id, { status: COMPLETED, result: [0, 'late'] });
    await rest();
    expect(engine.resources.list()).toEqual([]);
  });

  it('is sent once, whatever its retries, and waits for a person when its outcome is unknown', async () => {
    const reply = new RunstateError('OUTCOME_UNKNOWN', ['Scan', 'the connection broke']);
    const device = scanner('scanner', reply);
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    const { engine, clock } = await startEngine({ devices: { scanner: device } });
    const handle = engine.submit(
      'runstate.command',
      { device: 'scanner', command: 'Scan' },
      { retries: 3 },
    );
    await clock.advance(60_000);
    expect(handle.state).toBe('awaitingOperator');
    expect(handle.waitingFor).toMatchObject({ reason: 'operator', code: 'OUTCOME_UNKNOWN' });
    expect(device.commands).toHaveLength(1);
    const resolved = await engine.tasks.resolve(handle.id, 'failed', {
      by: { who: 'ada' },
      reason: 'it never ran',
    });
    expect(await resolved.result()).toMatchObject({ taskStatus: 'failed' });
  });

  it('is tried again while nothing has been sent', async () => {
    const device = scanner();
    device.go('lost');
    let tries = 0;
    device.state = async () => {
      tries += 1;
      if (tries < 3) throw new RunstateError('DEVICE_UNREACHABLE', ['scanner', 'it is away']);
      device.go('connected');
      return 'ON';
    };
    const { engine, clock } = await startEngine({ devices: { scanner: device } });
    const handle = engine.submit(
      'runstate.command',
      { device: 'scanner', command: 'Scan' },
      { retries: { max: 5, baseMs: 10, jitter: 0 } },
    );
    await clock.advance(5_000);
    expect([handle.state, tries]).toEqual(['running', 3]);
    expect(device.commands).toHaveLength(1);
  });

  it('stands still by the commands it declares, and not without', async () => {
    const suspend = { pause: 'Pause', resume: 'Resume' };
    const { handle, device } = await send({ suspend });
    device.tell(id, { status: IN_PROGRESS });
    for (const name of ['Pause', 'Resume']) device.scripts.set(name, () => [[0], ['so be it']]);
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'device', status: 'stopped' });
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'device', status: 'running' });
    expect(device.commands.map(([name]) => name)).toEqual(['Scan', 'Pause', 'Resume']);
    device.tell(id, { status: COMPLETED, result: [0, 'done'] });
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed' });
  });

  it('without such commands refuses to stand still', async () => {
    const { handle } = await send();
    await expect(handle.suspend()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
  });

  it('is submitted as a LongRunningCommand too, with the device itself', async () => {
    const device = scanner('scanner');
    const { engine, rest } = await startEngine();
    const scan = new LongRunningCommand('Scan', { stop: 'EndScan' });
    const handle = engine.submit(scan, { device, args: '7' });
    await rest();
    device.tell(id, { status: COMPLETED, result: [0, 'done'] });
    expect(await handle.output()).toMatchObject({ commandId: id, resultCode: 0 });
    expect(handle.input).toMatchObject({
      device: 'scanner',
      command: 'Scan',
      options: { stop: 'EndScan' },
    });
    expect(engine.devices.list()).toMatchObject([{ name: 'scanner' }]);
  });

  it('names the field of a bad input', async () => {
    const { engine } = await startEngine();
    expect(() => engine.submit('runstate.command', { device: '', command: 'Scan' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        fields: [expect.objectContaining({ path: 'device' })],
      }) as Error,
    );
  });

  it('fails where its device is unknown, naming those that are known', async () => {
    const { engine } = await startEngine({ devices: { scanner: scanner() } });
    const handle = engine.submit('runstate.command', { device: 'scaner', command: 'Scan' });
    const { error } = await handle.result();
    expect(error?.code).toBe('DEVICE_UNKNOWN');
    expect(error?.message).toContain('scanner');
  });

  it('lets its job go on where it ended while no engine ran', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'runstate-commands-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, 'runs.db');
    const work = pluginOf({ process: () => 'reduced' }, { name: 'test.reduce' });
    const device = scanner();
    const plugins = [work];
    const first = await startEngine({
      devices: { scanner: device },
      store: sqliteStore(path),
      plugins,
    });
    const measure = sequential([deviceCommand('scanner', 'Scan'), task('test.reduce')]);
    const job = first.engine.runJob(measure, { idempotencyKey: 'one' });
    await expect.poll(() => device.commands).toHaveLength(1);
    await expect.poll(() => device.listeners).toBeGreaterThan(0);
    await first.shut();

    const again = scanner();
    const ended = { uid: id, name: 'Scan', status: 'COMPLETED', result: [0, 'done'] };
    again.attributes.set('lrcFinished', [JSON.stringify(ended)]);
    // The engine's start lasts until the command has been found to have ended.
    const store = sqliteStore(path);
    const keysOf = store.idempotencyKeys.bind(store);
    store.idempotencyKeys = async (since) => {
      await expect.poll(() => again.reads).toContain('lrcFinished');
      await expect.poll(() => again.listeners).toBe(0);
      return keysOf(since);
    };
    const second = await startEngine({ devices: { scanner: again }, store, plugins });
    const handle = await second.engine.tasks.get(job.id);
    await expect.poll(() => handle.status).toBe('completed');
    expect(await handle.output()).toEqual([expect.anything(), 'reduced']);
    expect(again.commands).toEqual([]);
  });

  it('is followed on by the next engine, and not sent again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'runstate-commands-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, 'runs.db');
    const first = await send({ stop: 'EndScan' }, { store: sqliteStore(path) });
    await expect.poll(() => logOf(first.handle)).toContain(`accepted as ${id}`);
    await first.shut();
    expect(first.device.commands).toHaveLength(1);

    const device = scanner();
    device.attributes.set('lrcExecuting', [JSON.stringify({ uid: id, name: 'Scan' })]);
    const second = await startEngine({ devices: { scanner: device }, store: sqliteStore(path) });
    const handle = await second.engine.tasks.get(first.handle.id);
    await expect.poll(() => statesOf(handle).at(-1)).toBe('running');
    await expect.poll(() => device.listeners).toBeGreaterThan(0);
    device.tell(id, { status: COMPLETED, result: [0, 'after all'] });
    expect(await handle.output()).toMatchObject({ commandId: id, result: [0, 'after all'] });
    expect(device.commands).toEqual([]);
  });
});
