import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { TangoLink } from '../../../../src/devices/tango/device/tango-link.ts';
import { tangoDriver } from '../../../../src/devices/tango/tango-driver.ts';
import { describeWith } from '../../../real-parts/describe-with.ts';
import { freePort, startServer } from '../tango-servers.ts';
import type { Started } from '../tango-servers.ts';

const options = { timeoutMs: 20_000 };
const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('types-device.py', import.meta.url));

describeWith('python3-tango')('TangoLink to a device in Python', () => {
  let server: Started;
  let link: TangoLink;

  beforeAll(async () => {
    const port = await freePort();
    const endPoint = ['-ORBendPoint', `giop:tcp:127.0.0.1:${port}`];
    const args = [script, 'one', ...endPoint, '-nodb', '-dlist', 'test/types/1'];
    server = await startServer(python, ['-u', ...args], port, {}, 'Ready to accept request');
    link = await tangoDriver(`tango://127.0.0.1:${port}/test/types/1#dbase=no`).connect(options);
  }, 60_000);

  afterAll(async () => {
    link.close();
    await server.stop();
  });

  it('reads an enumeration as its number and writes it by label or number', async () => {
    const { attributes } = await link.info(options);
    expect(attributes.find(({ name }) => name === 'mode')).toMatchObject({
      type: 'DevEnum',
      labels: ['IDLE', 'SCANNING'],
    });
    expect((await link.read('mode', options)).value).toBe(1);
    await link.write('mode', 'IDLE', options);
    expect(await link.read('mode', options)).toMatchObject({ value: 0, written: 0 });
    await link.write('mode', 1, options);
    expect((await link.read('mode', options)).value).toBe(1);
    await expect(link.write('mode', 'PARKED', options)).rejects.toMatchObject({
      code: 'DEVICE_ARGUMENT_INVALID',
    });
  });

  it('carries bytes with their format', async () => {
    const data = Uint8Array.from([0, 1, 254, 255]);
    const value = { format: 'raw', data };
    expect((await link.read('encoded', options)).value).toEqual({
      format: 'raw',
      data: Uint8Array.from([1, 255]),
    });
    await link.write('encoded', { format: 'raw', data: 'AAH+/w==' }, options);
    expect((await link.read('encoded', options)).value).toEqual(value);
    expect(await link.command('EchoEncoded', value, options)).toEqual(value);
  });

  it('reads states, and the empty list of a spectrum', async () => {
    expect(await link.read('states', options)).toMatchObject({
      value: ['ON', 'MOVING'],
      shape: [2],
    });
    expect((await link.read('gate', options)).value).toBe('CLOSE');
    expect((await link.read('readings', options)).value).toEqual([]);
    await link.write('readings', [1.5, 2], options);
    expect(await link.read('readings', options)).toMatchObject({
      value: [1.5, 2],
      written: [1.5, 2],
    });
    await link.write('readings', [], options);
    expect((await link.read('readings', options)).value).toEqual([]);
  });

  it('gives no value of invalid quality, and says when a value is an alarm', async () => {
    expect(await link.read('invalid', options)).toMatchObject({ value: null, quality: 'invalid' });
    expect(await link.read('alarming', options)).toMatchObject({ value: 5, quality: 'alarm' });
  });

  it('sends the types that TangoTest has no command for', async () => {
    expect(await link.command('EchoState', 'moving', options)).toBe('MOVING');
    expect(await link.command('EchoBooleans', [true, false], options)).toEqual([true, false]);
  });

  it('gives every level of an exception, from what went wrong first', async () => {
    await expect(link.command('Fail', 'too hot', options)).rejects.toMatchObject({
      reason: 'Inner',
      errors: [
        { reason: 'Inner', description: 'too hot', origin: 'inside' },
        { reason: 'Outer', description: 'it failed', origin: 'outside' },
      ],
    });
  });

  it('finds a command that the device got later', async () => {
    const later = (): Promise<unknown> => link.command('Later', undefined, options);
    await expect(later()).rejects.toMatchObject({ reason: 'API_CommandNotFound' });
    await link.command('AddCommand', undefined, options);
    expect(await later()).toBe(42);
  });
});
