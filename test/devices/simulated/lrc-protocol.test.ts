import { afterEach, describe, expect, it } from 'vitest';
import { LongRunningCommand, LrcTaskStatus, simulatedDevice } from '../../../src/index.ts';
import type {
  LrcOptions,
  LrcResult,
  SimulatedDefinition,
  SimulatedDevice,
} from '../../../src/index.ts';
import { simulatedClock } from '../../../src/kernel/simulated-clock.ts';
import { Heard } from '../contract.ts';

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;

const definition: SimulatedDefinition = {
  name: 'beam',
  commands: {
    EndScan: (_, device) => device.job('Scan')?.stop('scan ended'),
    Pause: (_, device) => device.job()?.pause(),
    Resume: (_, device) => device.job()?.resume(),
  },
  longRunning: {
    On: async (job) => {
      for (const percent of [33, 66]) {
        await job.delay(100);
        job.progress(percent);
      }
      await job.delay(100);
      return [0, 'On command completed OK'];
    },
    Scan: async (job) => {
      await job.delay(60_000);
      return [0, 'scanned'];
    },
    Miss: () => [3, 'no beam'],
    Break: () => {
      throw new Error('it broke');
    },
    Refused: { run: () => [0, ''], isAllowed: () => false },
  },
};

const opened: SimulatedDevice[] = [];

function rig(more: Partial<SimulatedDefinition> = {}) {
  const clock = simulatedClock({ now: 1_795_230_188_955 });
  const device = simulatedDevice({ ...definition, ...more }, { clock });
  opened.push(device);
  const run = (command: string, options: LrcOptions = {}): Promise<LrcResult> =>
    new LongRunningCommand(command)(device, null, { clock, ...options });
  const start = (command: string, options: LrcOptions = {}) =>
    new LongRunningCommand(command).start(device, null, { clock, ...options });
  return { clock, device, run, start };
}

const versions = [
  ['version 1', { protocols: [1] }],
  ['version 2', { protocols: [1, 2] }],
  ['an old device', { protocols: [] }],
] as const;

describe.each(versions)('a simulated device of %s', (_, more) => {
  afterEach(async () => {
    for (const device of opened.splice(0)) await device.close();
  });

  it('completes a command with the golden sequence', async () => {
    const { clock, run, device } = rig(more);
    const result = run('On');
    await clock.advance(1_000);
    expect(await result).toMatchObject({
      resultCode: 0,
      result: [0, 'On command completed OK'],
      exception: null,
      taskStatusEvents: [STAGING, QUEUED, IN_PROGRESS, COMPLETED],
    });
    expect((await result).commandId).toMatch(/^\d+\.\d{6}_\d+_On$/);
    expect(device.connection.phase).toBe('connected');
  });

  it.each([
    ['Miss', 3, null, [STAGING, QUEUED, IN_PROGRESS, COMPLETED]],
    ['Break', 3, 'LRC_FAILED', [STAGING, QUEUED, IN_PROGRESS, FAILED]],
    ['Refused', 6, 'NOT_ALLOWED', [STAGING, QUEUED, REJECTED]],
  ])('ends %s as it should', async (command, resultCode, code, taskStatusEvents) => {
    const { clock, run } = rig(more);
    const result = run(command);
    await clock.advance(1_000);
    const { exception, ...ended } = await result;
    expect(ended).toMatchObject({ resultCode, taskStatusEvents });
    expect((exception as { code?: string } | null)?.code ?? null).toBe(code);
  });

  it('stops a command by what it declares', async () => {
    const { clock, start } = rig(more);
    const handle = start('Scan', { stop: 'EndScan' });
    await clock.advance(100);
    expect(handle.state).toBe('running');
    const answer = handle.abort();
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ acknowledgedBy: 'device', stillRunning: [] });
    expect(await handle.result()).toMatchObject({ resultCode: 7 });
    expect((await handle.result()).taskStatusEvents.at(-1)).toBe(ABORTED);
  });

  it('aborts all of its commands, those that wait too', async () => {
    const { clock, start } = rig(more);
    const running = start('Scan', { stop: 'Abort', abortAll: true });
    await clock.advance(10);
    const waiting = start('On');
    await clock.advance(100);
    const answer = running.abort();
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ acknowledgedBy: 'device' });
    expect(await waiting.result()).toMatchObject({ resultCode: 7 });
  });

  it('does not abort what others run there', async () => {
    const { clock, start } = rig(more);
    const mine = start('Scan', { stop: 'Abort' });
    await clock.advance(10);
    const theirs = start('On');
    await clock.advance(100);
    const answer = mine.abort();
    await clock.advance(1_000);
    const { acknowledgedBy, stillRunning } = await answer;
    expect(acknowledgedBy).toBe('nobody');
    expect(stillRunning).toEqual(expect.arrayContaining([mine.commandId, theirs.commandId]));
  });

  it('refuses what its queue does not hold', async () => {
    const { clock, run, start } = rig({ ...more, maxQueued: 1 });
    start('Scan');
    await clock.advance(10);
    start('On');
    await clock.advance(10);
    const refused = run('On');
    await clock.advance(10);
    expect(await refused).toMatchObject({ resultCode: 5, commandId: null, taskStatusEvents: [] });
  });

  it('is found to have ended a command although every event was lost', async () => {
    const { clock, run, device } = rig(more);
    const result = run('On');
    await clock.advance(50);
    device.simulation.faults.silence();
    await clock.advance(12_000);
    expect((await result).taskStatusEvents.at(-1)).toBe(COMPLETED);
  });

  it('keeps a command through a lost connection', async () => {
    const { clock, start, device } = rig(more);
    const handle = start('On');
    await clock.advance(50);
    device.simulation.faults.goAway();
    await clock.advance(120);
    expect(handle.state).toBe('unreachable');
    await clock.advance(1_000);
    device.simulation.faults.goAway(false);
    await clock.advance(3_000);
    expect(await handle.result()).toMatchObject({ exception: null });
    expect((await handle.result()).taskStatusEvents.at(-1)).toBe(COMPLETED);
  });

  it('names what a command may have become when its reply was lost', async () => {
    const { clock, run, device } = rig(more);
    await device.state();
    device.simulation.faults.loseCall('Scan', 'after');
    const result = run('Scan');
    await clock.advance(15_000);
    const { exception, resultCode } = await result;
    expect(resultCode).toBe(4);
    expect(exception).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      candidates: [expect.stringMatching(/_Scan$/)],
    });
  });

  it('bears every quirk at once', async () => {
    const quirks = {
      codesAsText: true,
      progressAsText: true,
      endsTwice: true,
      emptyAsNull: true,
    };
    const { clock, start, device } = rig({ ...more, quirks });
    device.simulation.faults.doubleEvents();
    const handle = start('On');
    await clock.advance(1_000);
    expect(await handle.result()).toMatchObject({
      resultCode: 0,
      taskStatusEvents: [STAGING, QUEUED, IN_PROGRESS, COMPLETED],
    });
  });
});

describe('a simulated device of version 2', () => {
  it('tells each change in one event, and nothing twice', async () => {
    const { clock, device, run } = rig();
    const heard = new Heard(device, '_lrcEvent');
    await clock.advance(0);
    const result = run('On');
    await clock.advance(1_000);
    const { commandId } = await result;
    const events = heard.values.filter((value) => (value as string[]).length === 2);
    expect(events).toEqual(
      [
        { status: 0 },
        { status: 1 },
        { status: 2 },
        { progress: 33 },
        { progress: 66 },
        { status: 5, result: [0, 'On command completed OK'] },
      ].map((update) => [commandId, JSON.stringify(update)]),
    );
    heard.close();
    const { value } = await device.read('lrcFinished');
    expect(JSON.parse((value as string[])[0] ?? '')).toMatchObject({
      uid: commandId,
      name: 'On',
      status: 'COMPLETED',
      result: [0, 'On command completed OK'],
    });
    await device.close();
  });

  it('pauses a command, whose time stands still', async () => {
    const { clock, device, start } = rig();
    const handle = start('On', { suspend: { pause: 'Pause', resume: 'Resume' } });
    await clock.advance(50);
    const paused = handle.pause();
    await clock.advance(10);
    await paused;
    await clock.advance(10_000);
    expect(handle.state).toBe('paused');
    const resumed = handle.resume();
    await clock.advance(10);
    await resumed;
    await clock.advance(1_000);
    expect(await handle.result()).toMatchObject({ resultCode: 0 });
    await device.close();
  });
});
