import { afterAll, beforeAll, expect, it } from 'vitest';

import { DevFailed } from '../../../../src/kernel/device-errors.ts';
import type { TangoLink } from '../../../../src/devices/tango/device/tango-link.ts';
import { lockDevice, lockStatus } from '../../../../src/devices/tango/lock/device-lock.ts';
import { tangoDriver } from '../../../../src/devices/tango/tango-driver.ts';
import { describeWith } from '../../../real-parts/describe-with.ts';
import { run, startTangoTest } from '../tango-servers.ts';

const options = { timeoutMs: 20_000 };

const echoes: readonly (readonly [command: string, value: unknown])[] = [
  ['DevVoid', undefined],
  ['DevBoolean', true],
  ['DevShort', -32_768],
  ['DevUShort', 65_535],
  ['DevLong', -2_147_483_648],
  ['DevULong', 4_294_967_295],
  ['DevLong64', -(2n ** 63n)],
  ['DevULong64', 2n ** 64n - 1n],
  ['DevFloat', 0.5],
  ['DevDouble', Math.PI],
  ['DevString', 'Grüße, ÿ'],
  ['DevVarCharArray', [0, 255]],
  ['DevVarShortArray', [-1, 1]],
  ['DevVarUShortArray', [0, 65_535]],
  ['DevVarLongArray', [-1, 1]],
  ['DevVarULongArray', [4_294_967_295]],
  ['DevVarLong64Array', [1, -(2n ** 60n)]],
  ['DevVarULong64Array', [2n ** 63n]],
  ['DevVarFloatArray', [0.25, -1]],
  ['DevVarDoubleArray', [Math.E, 1e300]],
  ['DevVarStringArray', ['a', '', 'ü']],
  [
    'DevVarLongStringArray',
    [
      [1, 2],
      ['x', 'y'],
    ],
  ],
  ['DevVarDoubleStringArray', [[0.5], ['z']]],
];

/** What each type of attribute is written with. */
const samples: Readonly<Record<string, readonly unknown[]>> = {
  DevBoolean: [true, false, true, true, false, true],
  DevShort: [-5, 6, 7, 8, 9, 10],
  DevUShort: [5, 6, 7, 8, 9, 10],
  DevLong: [-5, 6, 7, 8, 9, 10],
  DevULong: [5, 6, 7, 8, 9, 10],
  DevLong64: [-5, 6, 7, 8, 9, 10],
  DevULong64: [5, 6, 7, 8, 9, 10],
  DevUChar: [5, 6, 7, 8, 9, 10],
  DevFloat: [0.5, 1.5, -2, 4, 8, 16],
  DevDouble: [0.1, 1.5, -2, 4, 8, 16],
  DevString: ['a', 'ü', '', 'c', 'd', 'e'],
};

const sampleFor = (type: string, format: string): unknown => {
  const list = samples[type] ?? [];
  if (format === 'scalar') return list[0];
  return format === 'spectrum' ? list : [list.slice(0, 3), list.slice(3)];
};

/** Debian's TangoTest 3.0 crashes when its 32-bit image is written, by whichever client. */
const crashes = new Set(['long_image']);
/** These are there to show how reading fails. */
const refuses = new Set(['no_value', 'throw_exception']);

describeWith('tango-test')('TangoLink to TangoTest', () => {
  let server: Awaited<ReturnType<typeof startTangoTest>>;
  let link: TangoLink;

  beforeAll(async () => {
    server = await startTangoTest();
    link = await tangoDriver(server.name).connect(options);
  }, 60_000);

  afterAll(async () => {
    link.close();
    await server.stop();
  });

  it('sends every command and gets its argument back', async () => {
    const answers = await Promise.all(
      echoes.map(([name, value]) => link.command(name, value, options)),
    );
    expect(answers).toEqual(echoes.map(([, value]) => value));
  });

  it('gives commands whose names differ in case to the same command', async () => {
    expect(await link.command('DEVDOUBLE', 1.5, options)).toBe(1.5);
  });

  it('carries a text of 5 MB, which the server sends in fragments', async () => {
    const text = 'x'.repeat(5_000_000);
    const large = link.command('DevString', text, options);
    expect(await link.command('DevLong', 5, options)).toBe(5);
    expect((await large) === text).toBe(true);
  });

  it('keeps the answers of many calls at a time apart', async () => {
    const values = Array.from({ length: 2_000 }, (_, index) => index);
    const answers = await Promise.all(
      values.map((value) => link.command('DevLong', value, options)),
    );
    expect(answers).toEqual(values);
  });

  it('reads every attribute, in the form it is described', async () => {
    const { attributes } = await link.info(options);
    expect(attributes.length).toBeGreaterThan(60);
    for (const { name, format, type, maxDimX, maxDimY } of attributes) {
      if (refuses.has(name)) {
        await expect(link.read(name, options)).rejects.toThrow(DevFailed);
        continue;
      }
      const { attribute, quality, shape, value, at } = await link.read(name, options);
      expect([attribute, quality]).toEqual([name, 'valid']);
      expect(at).toBeGreaterThan(1e12);
      const [width = 0, height = 0] = shape;
      expect(shape).toHaveLength({ scalar: 0, spectrum: 1, image: 2 }[format]);
      expect(width).toBeLessThanOrEqual(maxDimX ?? 0);
      expect(height).toBeLessThanOrEqual(maxDimY ?? 0);
      const rows: unknown[] = format === 'image' ? (value as unknown[]) : [value];
      const elements: unknown[] = format === 'scalar' ? rows : (rows as unknown[][]).flat();
      const kinds: Record<string, string> = {
        DevBoolean: 'boolean',
        DevString: 'string',
        DevState: 'string',
      };
      expect([name, ...new Set(elements.map((element) => typeof element))]).toEqual([
        name,
        kinds[type] ?? 'number',
      ]);
    }
  });

  it('writes every attribute that can be written, and reads what was written', async () => {
    const { attributes } = await link.info(options);
    const writable = attributes.filter(({ name, isWritable }) => isWritable && !crashes.has(name));
    expect(writable.length).toBeGreaterThan(25);
    for (const { name, type, format } of writable) {
      const value = sampleFor(type, format);
      await link.write(name, value, options);
      const { written } = await link.read(name, options);
      expect([name, written]).toEqual([name, value]);
    }
  });

  it('says what it is', async () => {
    const info = await link.info(options);
    expect(info).toMatchObject({ class: 'TangoTest', server: 'TangoTest/tst' });
    expect(info.commands).toContainEqual(
      expect.objectContaining({ name: 'DevVarLongStringArray', inType: 'DevVarLongStringArray' }),
    );
    expect(info.attributes).toContainEqual(
      expect.objectContaining({ name: 'double_image', format: 'image', isWritable: true }),
    );
    expect(await link.state(options)).toMatch(/^[A-Z]+$/);
    expect(await link.status(options)).toMatch(/^The device is in /);
  });

  it('gives the exception of the device with its whole stack', async () => {
    const error: unknown = await link.read('throw_exception', options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DevFailed);
    expect((error as DevFailed).errors[0]).toEqual({
      reason: 'exception test',
      severity: 'ERR',
      description: 'here is the exception you requested',
      origin: 'TangoTest::read_throw_exception',
    });
    await expect(link.read('nothing', options)).rejects.toMatchObject({
      reason: 'API_AttrNotFound',
    });
    await expect(link.write('short_scalar_ro', 1, options)).rejects.toMatchObject({
      reason: 'API_AttrNotWritable',
    });
    await expect(link.command('Nothing', undefined, options)).rejects.toMatchObject({
      reason: 'API_CommandNotFound',
    });
  });

  it('refuses a wrong value by the name of what it was for, before anything is sent', async () => {
    await expect(link.command('DevLong', 'one', options)).rejects.toMatchObject({
      code: 'DEVICE_ARGUMENT_INVALID',
      message: expect.stringMatching(/command DevLong .* DevLong \(an integer .*, got "one"/),
    });
    await expect(link.write('short_spectrum', [1, 1e9], options)).rejects.toMatchObject({
      code: 'DEVICE_ARGUMENT_INVALID',
      message: expect.stringMatching(/attribute short_spectrum .* at 1, got 1000000000/),
    });
  });

  it('locks the device for this process, whatever the connection, and keeps others out', async () => {
    const other = (code: string): Promise<{ code: number | null; output: string }> =>
      run('/usr/bin/python3', [
        '-c',
        `import tango\nd = tango.DeviceProxy('${server.name}')\nprint(${code})`,
      ]);
    const driver = tangoDriver(server.name);
    const lock = await lockDevice(driver, options);
    expect(await lockStatus(driver, options)).toMatchObject({
      isLocked: true,
      holderHost: '127.0.0.1',
    });
    expect(await link.command('DevDouble', 2, options)).toBe(2);
    await link.write('double_scalar', 2, options);
    expect((await other('d.command_inout("DevDouble", 1.5)')).output).toContain('API_DeviceLocked');
    expect((await other('d.state()')).output).toMatch(/^[A-Z]+\n$/);
    await lock.unlock();
    expect(await lock.released).toBeNull();
    expect((await other('d.command_inout("DevDouble", 1.5)')).output).toBe('1.5\n');
    expect(await lockStatus(driver, options)).toMatchObject({ isLocked: false, holderHost: null });
  }, 60_000);

  it("gives another's lock as the device says it, and reads on", async () => {
    const administrator = server.name.replace('sys/tg_test/1', 'dserver/TangoTest/tst');
    const holder = await run('/usr/bin/python3', [
      '-c',
      `import tango\ntango.DeviceProxy('${administrator}').command_inout('LockDevice', [[30], ['sys/tg_test/1']])`,
    ]);
    expect(holder.code).toBe(0);
    const refused = { reason: 'API_DeviceLocked' };
    await expect(link.command('DevDouble', 2, options)).rejects.toMatchObject(refused);
    await expect(link.write('double_scalar', 2, options)).rejects.toMatchObject(refused);
    await expect(lockDevice(tangoDriver(server.name), options)).rejects.toMatchObject(refused);
    expect((await link.read('double_scalar', options)).quality).toBe('valid');
    expect(await link.state(options)).toMatch(/^[A-Z]+$/);
    const status = await lockStatus(tangoDriver(server.name), options);
    expect(status.holderPid).toBeGreaterThan(0);
    await link.adminCommand('UnLockDevice', [[1], ['sys/tg_test/1']], options);
    expect(await link.command('DevDouble', 2, options)).toBe(2);
  }, 60_000);
});

describeWith('tango-test')('TangoLink to a server that is killed', () => {
  it('tells of the loss, and the driver reaches the server that takes its place', async () => {
    const first = await startTangoTest();
    const driver = tangoDriver(first.name);
    const link = await driver.connect(options);
    await first.stop();
    expect(await link.closed).toMatchObject({ code: 'DEVICE_UNREACHABLE' });
    await expect(link.command('DevVoid', undefined, options)).rejects.toMatchObject({
      code: 'DEVICE_UNREACHABLE',
    });
    await expect(driver.connect(options)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
    const second = await startTangoTest(first.port);
    const again = await driver.connect(options);
    expect(await again.command('DevDouble', 1.5, options)).toBe(1.5);
    again.close();
    expect(await again.closed).toBeNull();
    await second.stop();
  }, 60_000);
});
