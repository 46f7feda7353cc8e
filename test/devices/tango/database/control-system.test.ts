import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { TangoDatabase } from '../../../../src/devices/tango/database/tango-database.ts';
import type { TangoLink } from '../../../../src/devices/tango/device/tango-link.ts';
import { lockDevice } from '../../../../src/devices/tango/lock/device-lock.ts';
import { resolveTangoName, tangoDriver } from '../../../../src/devices/tango/tango-driver.ts';
import type { TangoOptions } from '../../../../src/devices/tango/tango-driver.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { describeWith } from '../../../real-parts/describe-with.ts';
import { freePort, startControlSystem } from '../tango-servers.ts';
import type { ControlSystem, Started } from '../tango-servers.ts';

const options = { timeoutMs: 20_000 };

const describeSystem = describeWith('tango-db', 'tango-test', 'tango-accesscontrol');

describeSystem('a control system with a database', () => {
  let system: ControlSystem;
  let database: TangoLink;

  const connect = (name: string, more: TangoOptions = {}): Promise<TangoLink> =>
    tangoDriver(name, { tangoHost: system.host, ...more }).connect(options);

  /** TANGO's test device, as the database of a new control system has it. */
  const tester = (): Promise<Started> => system.startServer('TangoTest', 'test');

  const withTester = (test: () => Promise<void>) => async (): Promise<void> => {
    const server = await tester();
    try {
      await test();
    } finally {
      await server.stop();
    }
  };

  beforeAll(async () => {
    system = await startControlSystem();
    database = await connect('sys/database/2', { superTango: true });
    await database.command('DbPutDeviceAlias', ['sys/tg_test/1', 'Tester'], options);
    const property = ['sys/tg_test/1', '1', 'limits', '2', '1.5', '7'];
    await database.command('DbPutDeviceProperty', property, options);
  }, 120_000);

  afterAll(async () => {
    database.close();
    await system.stop();
  }, 60_000);

  it('does not reach a device whose server does not run, and names it', async () => {
    await expect(connect('sys/tg_test/1')).rejects.toMatchObject({
      code: 'DEVICE_UNREACHABLE',
      message: expect.stringContaining('TangoTest/test'),
    });
    await expect(connect('no/such/device')).rejects.toMatchObject({
      reason: 'DB_DeviceNotDefined',
    });
  });

  it(
    'reaches a device by its name, its alias and through a list of databases',
    withTester(async () => {
      const dead = `127.0.0.1:${await freePort()}`;
      const links = await Promise.all([
        connect('SYS/tg_test/1'),
        connect(`tango://${system.host}/sys/tg_test/1`, { tangoHost: dead }),
        connect('tester'),
        connect('sys/tg_test/1', { tangoHost: `${dead},${system.host}` }),
      ]);
      for (const link of links) {
        expect(link.path).toBe('sys/tg_test/1');
        expect(await link.command('DevDouble', 1.5, options)).toBe(1.5);
        expect(await link.adminCommand('QueryDevice', undefined, options)).toEqual([
          'TangoTest::sys/tg_test/1',
        ]);
        link.close();
      }
    }),
    60_000,
  );

  it('gives every name of a device its canonical one', async () => {
    const canonical = `tango://${system.host}/sys/tg_test/1`;
    for (const name of ['TESTER', 'Sys/TG_test/1', `//${system.host}/tester`]) {
      expect(await resolveTangoName(name, { tangoHost: system.host, ...options })).toBe(canonical);
    }
    await expect(
      resolveTangoName('nobody', { tangoHost: system.host, ...options }),
    ).rejects.toMatchObject({ reason: 'DB_DeviceNotDefined' });
  });

  it(
    'asks the database for what it knows',
    withTester(async () => {
      const asked = await TangoDatabase.open(
        [{ host: '127.0.0.1', port: system.port }],
        { clock: systemClock, maxMessageBytes: 1_000_000 },
        options,
      );
      expect(await asked.deviceOfAlias('TESTER', options)).toBe('sys/tg_test/1');
      expect(await asked.aliasOfDevice('sys/tg_test/1', options)).toBe('Tester');
      expect(await asked.deviceProperty('sys/tg_test/1', 'limits', options)).toEqual(['1.5', '7']);
      expect(await asked.deviceProperty('sys/tg_test/1', 'none', options)).toEqual([]);
      expect(await asked.exportedDevices('sys/tg*', options)).toEqual(['sys/tg_test/1']);
      expect(await asked.import('sys/tg_test/1', options)).toMatchObject({
        isExported: true,
        class: 'TangoTest',
        server: 'TangoTest/test',
      });
      asked.close();
    }),
  );

  it('asks for the address again when the server has another', async () => {
    const first = await tester();
    const link = await connect('sys/tg_test/1');
    await first.stop();
    expect(await link.closed).toMatchObject({ code: 'DEVICE_UNREACHABLE' });
    const second = await tester();
    const again = await connect('sys/tg_test/1');
    expect(await again.command('DevDouble', 1.5, options)).toBe(1.5);
    again.close();
    await second.stop();
  }, 60_000);

  it(
    'honours access control as it is told, and reads only when nobody tells',
    withTester(async () => {
      const services = [
        'CtrlSystem',
        '1',
        'Services',
        '1',
        'AccessControl/tango:sys/access_control/1',
      ];
      await database.command('DbPutProperty', services, options);
      const readOnly = { reason: 'API_ReadOnlyMode' };

      const link = await connect('sys/tg_test/1');
      await expect(link.command('DevDouble', 1, options)).rejects.toMatchObject(readOnly);
      await expect(link.write('double_scalar', 1, options)).rejects.toMatchObject(readOnly);
      expect((await link.read('double_scalar', options)).quality).toBe('valid');
      expect(await link.state(options)).toMatch(/^[A-Z]+$/);

      await system.startServer('TangoAccessControl', '1');
      expect(await link.command('DevDouble', 1, options)).toBe(1);
      link.close();

      const control = await connect('sys/access_control/1', { superTango: true });
      const user = userInfo().username;
      await control.command('AddAddressForUser', [user, '*.*.*.*'], options);
      await control.command('AddDeviceForUser', [user, '*/*/*', 'read'], options);
      control.close();
      const allowed = ['TangoTest', '1', 'AllowedAccessCmd', '1', 'DevString'];
      await database.command('DbPutClassProperty', allowed, options);

      const driver = tangoDriver('sys/tg_test/1', { tangoHost: system.host });
      const reader = await driver.connect(options);
      await expect(reader.command('DevDouble', 1, options)).rejects.toMatchObject(readOnly);
      await expect(reader.write('double_scalar', 1, options)).rejects.toMatchObject(readOnly);
      await expect(lockDevice(driver, options)).rejects.toMatchObject(readOnly);
      expect(await reader.command('devstring', 'allowed', options)).toBe('allowed');
      expect((await reader.read('double_scalar', options)).quality).toBe('valid');
      reader.close();

      const master = await connect('sys/tg_test/1', { superTango: true });
      expect(await master.command('DevDouble', 1, options)).toBe(1);
      master.close();
    }),
    120_000,
  );
});
