import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeviceConnection } from '../../../src/devices/device-connection.ts';
import { tangoDriver } from '../../../src/devices/tango/tango-driver.ts';
import { isRunstateError } from '../../../src/kernel/errors.ts';
import { describeWith } from '../../real-parts/describe-with.ts';
import { startLrcDevice } from './lrc-device.ts';
import type { LrcTangoDevice } from './lrc-device.ts';

const options = { timeoutMs: 60_000 };

describeWith('python3-tango')('a command to a TANGO device that is killed', () => {
  let server: LrcTangoDevice;
  let device: DeviceConnection;

  beforeAll(async () => {
    server = await startLrcDevice();
    device = new DeviceConnection(tangoDriver(server.name));
  });

  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  it('is not sent again when the device dies in the middle of it', async () => {
    const before = server.moves;
    const call = device.command('Move', 60_000, options);
    call.catch(() => {});
    await expect.poll(() => server.moves).toBe(before + 1);
    await server.kill();
    await expect(call).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await server.restart();
    expect(await device.state(options)).toBe('ON');
    expect((await device.read('moves', options)).value).toBe(before + 1);
  });

  it('is not sent later when the device could not be reached', async () => {
    const before = server.moves;
    await server.kill();
    await expect(device.command('Move', 0, { timeoutMs: 500 })).rejects.toMatchObject({
      code: 'DEVICE_UNREACHABLE',
    });
    await server.restart();
    expect(await device.state(options)).toBe('ON');
    expect(server.moves).toBe(before);
  });

  it('is counted once or is doubtful, wherever in a burst the device dies', async () => {
    const outcomes: string[] = [];
    const before = server.moves;
    const burst = Array.from({ length: 40 }, async (_, index) => {
      const outcome = device.command('Move', index < 20 ? 5 : 60_000, options).then(
        () => 'moved',
        (error: unknown) => (isRunstateError(error) ? error.code : 'other'),
      );
      outcomes.push(await outcome);
    });
    await expect.poll(() => server.moves).toBeGreaterThan(before);
    await server.restart();
    await Promise.all(burst);
    const count = (what: string): number => outcomes.filter((each) => each === what).length;
    const moved = server.moves - before;
    expect(moved).toBeGreaterThanOrEqual(count('moved'));
    expect(moved).toBeLessThanOrEqual(count('moved') + count('OUTCOME_UNKNOWN'));
    expect(count('moved') + count('OUTCOME_UNKNOWN') + count('DEVICE_UNREACHABLE')).toBe(40);
    expect(count('OUTCOME_UNKNOWN')).toBeGreaterThan(0);
  });
});
