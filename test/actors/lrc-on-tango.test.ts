import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcOptions } from '../../src/actors/lrc-options.ts';
import { DeviceConnection } from '../../src/devices/device-connection.ts';
import { tangoDriver } from '../../src/devices/tango/tango-driver.ts';
import type { LrcResult } from '../../src/kernel/lrc.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { startLrcDevice } from '../devices/tango/lrc-device.ts';
import type { LrcTangoDevice } from '../devices/tango/lrc-device.ts';
import { describeWith } from '../real-parts/describe-with.ts';
import { countingDriver } from '../support/counting-driver.ts';
import type { CountingDriver } from '../support/counting-driver.ts';
import { cutLine } from '../support/cut-line.ts';

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;

const forEver = '{ "steps": 1, "stepMs": 600000 }';

/** Each command of the device that ends by itself: its code, its error, and what was told. */
const ends: readonly (readonly [
  command: string,
  resultCode: ResultCode,
  error: string | null,
  statuses: readonly LrcTaskStatus[],
])[] = [
  ['On', ResultCode.OK, null, [STAGING, QUEUED, IN_PROGRESS, COMPLETED]],
  ['Scan', ResultCode.OK, null, [STAGING, QUEUED, IN_PROGRESS, COMPLETED]],
  ['TextReply', ResultCode.OK, null, [STAGING, QUEUED, IN_PROGRESS, COMPLETED]],
  ['Miss', ResultCode.FAILED, null, [STAGING, QUEUED, IN_PROGRESS, COMPLETED]],
  ['Crash', ResultCode.FAILED, 'LRC_FAILED', [STAGING, QUEUED, FAILED]],
  ['RejectFromQueue', ResultCode.REJECTED, 'REJECTED', [STAGING, QUEUED, REJECTED]],
  ['NotAllowed', ResultCode.NOT_ALLOWED, 'NOT_ALLOWED', [STAGING, QUEUED, REJECTED]],
  ['RejectNow', ResultCode.REJECTED, 'REJECTED', []],
  ['RefusesCall', ResultCode.FAILED, 'DEV_FAILED', []],
];

const codeOf = ({ exception }: LrcResult): unknown =>
  exception === null ? null : (exception as { readonly code?: unknown }).code;

for (const protocols of ['2', '1', 'none'] as const) {
  describeWith('python3-tango')(
    `LongRunningCommand on a TANGO device that says it speaks ${protocols}`,
    () => {
      let server: LrcTangoDevice;
      let driver: CountingDriver;
      let device: DeviceConnection;

      beforeAll(async () => {
        server = await startLrcDevice({ protocols });
        driver = countingDriver(tangoDriver(server.name));
        device = new DeviceConnection(driver);
      });

      afterEach(async () => {
        // oxlint-disable-next-line vitest/no-standalone-expect -- Whatever the test was, nothing stays.
        await expect.poll(() => driver.listening).toBe(0);
      });

      afterAll(async () => {
        await device.close();
        await server.stop();
      });

      const argumentOf = (command: string): unknown =>
        command === 'Scan' ? '{ "steps": 3, "stepMs": 20 }' : undefined;

      /** A scan that is at work and does not end by itself. */
      const begin = async (
        options: LrcOptions = {},
      ): Promise<ReturnType<LongRunningCommand['start']>> => {
        const handle = new LongRunningCommand('Scan').start(device, forEver, {
          recheckMs: 500,
          ...options,
        });
        await expect.poll(() => handle.state).toBe('running');
        return handle;
      };

      it.each(ends)('ends %s with %i', async (command, resultCode, error, statuses) => {
        const ended = await new LongRunningCommand(command)(device, argumentOf(command));
        expect(ended.resultCode).toBe(resultCode);
        expect(codeOf(ended)).toBe(error);
        expect(ended.taskStatusEvents).toEqual(statuses);
      });

      it('ends with the code and text that the device gives', async () => {
        const on = await new LongRunningCommand('On')(device);
        expect(on.result).toEqual([0, 'On command completed OK']);
        expect(on.commandId).toMatch(/^\d+\.\d+_\d+_On$/);
        const refused = await new LongRunningCommand('RefusesCall')(device);
        expect(refused.exception).toMatchObject({ reason: 'LRC_Refused' });
      });

      it('is stopped by what was declared', async () => {
        const handle = await begin({ stop: 'EndScan' });
        expect(await handle.abort()).toMatchObject({ acknowledgedBy: 'device', stillRunning: [] });
        expect(await handle.result()).toMatchObject({ result: [0, 'Scan ended'] });
      });

      it("ends with another client's Abort", async () => {
        const handle = await begin();
        await device.command('Abort');
        const ended = await handle.result();
        expect(ended.resultCode).toBe(ResultCode.ABORTED);
        expect(codeOf(ended)).toBe('LRC_ABORTED');
        expect(ended.taskStatusEvents.at(-1)).toBe(ABORTED);
      });

      it('times out after a last look, and names what still runs', async () => {
        const handle = await begin({ timeoutMs: 1_500 });
        const { commandId } = handle;
        const ended = await handle.result();
        expect(ended.resultCode).toBe(ResultCode.UNKNOWN);
        expect(ended.exception).toMatchObject({ code: 'LRC_TIMEOUT', stillRunning: [commandId] });
        await device.command('EndScan');
      });

      it('is found by a look when the device tells nothing', async () => {
        const ended = await new LongRunningCommand('Silent')(device, undefined, { recheckMs: 50 });
        expect(ended.resultCode).toBe(ResultCode.OK);
        expect(codeOf(ended)).toBe(null);
        expect(ended.taskStatusEvents.at(-1)).toBe(COMPLETED);
      });

      it('is lost when the device has forgotten it', async () => {
        const ended = await new LongRunningCommand('Forgets')(device, undefined, { recheckMs: 50 });
        expect(ended.resultCode).toBe(ResultCode.UNKNOWN);
        expect(codeOf(ended)).toBe('LRC_LOST');
      });

      it('pauses and goes on', async () => {
        const handle = await begin({
          stop: 'EndScan',
          suspend: { pause: 'Pause', resume: 'Resume' },
        });
        await handle.pause();
        expect(handle.state).toBe('paused');
        await handle.resume();
        expect(handle.state).toBe('running');
        await handle.abort();
      });

      it('is found again when the line to the device was cut', async () => {
        const { port } = new URL(server.name);
        const line = await cutLine(Number(port));
        const far = new DeviceConnection(tangoDriver(server.name.replace(port, String(line.port))));
        const handle = new LongRunningCommand('Scan').start(far, forEver);
        await expect.poll(() => handle.state).toBe('running');
        line.cut();
        await expect.poll(() => handle.state).toBe('unreachable');
        await device.command('EndScan');
        line.mend();
        expect(await handle.result()).toMatchObject({ resultCode: ResultCode.OK, exception: null });
        await far.close();
        await line.close();
      });

      it('is in doubt when the device is killed before it answers', async () => {
        const before = server.moves;
        const ended = new LongRunningCommand('Slow')(device, 60_000, { callTimeoutMs: 50_000 });
        await expect.poll(() => server.moves).toBe(before + 1);
        await server.restart();
        expect(codeOf(await ended)).toBe('OUTCOME_UNKNOWN');
        expect(server.moves).toBe(before + 1);
      });

      it('is lost when the device was killed and comes back', async () => {
        const handle = await begin();
        await server.kill();
        await expect.poll(() => handle.state).toBe('unreachable');
        await server.restart();
        expect(codeOf(await handle.result())).toBe('LRC_LOST');
      });
    },
  );
}
