import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { tangoDevice } from '../../../../src/tango.ts';
import type { TangoDevice } from '../../../../src/tango.ts';
import { Heard } from '../../contract.ts';
import { describeWith } from '../../../real-parts/describe-with.ts';
import { freePort, startServer } from '../tango-servers.ts';
import type { Started } from '../tango-servers.ts';

const program = 'test/fixtures/tango/event_device.py';

const startEventDevice = (port: number): Promise<Started> => {
  const endpoint = `giop:tcp:127.0.0.1:${port}`;
  const args = [program, 'tst', '-ORBendPoint', endpoint, '-nodb', '-dlist', 'test/events/1'];
  return startServer('/usr/bin/python3', ['-u', ...args], port, {}, 'Ready to accept request');
};

describeWith('python3-tango')('events of a PyTango device', () => {
  let port = 0;
  let server: Started;
  let device: TangoDevice;
  const heard: Heard[] = [];

  const hear = (attribute: string, options = {}): Heard => {
    const one = new Heard(device, attribute, options);
    heard.push(one);
    return one;
  };

  beforeAll(async () => {
    port = await freePort();
    server = await startEventDevice(port);
    device = tangoDevice(`tango://127.0.0.1:${port}/test/events/1#dbase=no`);
  });
  afterEach(() => {
    for (const one of heard.splice(0)) one.close();
  });
  afterAll(async () => {
    await device?.close();
    await server?.stop();
  });

  it.each([
    ['change', 'Push', 3.5],
    ['archive', 'PushArchive', 4.5],
    ['user', 'PushUser', 5.5],
  ])('come of kind %s', async (event, command, value) => {
    const one = hear('pushed', { event, strict: true });
    await expect.poll(() => one.told.length).toBe(1);
    await device.command(command, value);
    await expect.poll(() => one.values.at(-1)).toBe(value);
    expect(one.told.at(-1)).toMatchObject({ via: 'event', quality: 'valid', shape: [] });
  });

  it('come of spectra, polled attributes and many listeners', async () => {
    const spectrum = hear('spectrum');
    const again = hear('Spectrum');
    const polled = hear('polled');
    await expect.poll(() => again.values).toEqual([[1, 2]]);
    await device.command('PushList', [4, 5, 6]);
    await expect.poll(() => spectrum.values.at(-1)).toEqual([4, 5, 6]);
    await expect.poll(() => again.values.at(-1)).toEqual([4, 5, 6]);
    await expect.poll(() => polled.values.length).toBeGreaterThan(2);
  });

  it('come in the order in which they were pushed, none missing', async () => {
    const one = hear('pushed');
    await expect.poll(() => one.told.length).toBe(1);
    await device.command('PushMany', 200);
    await expect.poll(() => one.values.at(-1)).toBe(199);
    expect(one.values.slice(-200)).toEqual(Array.from({ length: 200 }, (_, value) => value));
  });

  it('tell that data is ready, and of changed configuration and interface', async () => {
    const ready = hear('pushed', { event: 'dataReady' });
    const grown = hear('State', { event: 'interface' });
    await expect
      .poll(() => device.command('PushReady', 9).then(() => ready.values.length))
      .toBeGreaterThan(0);
    expect(ready.values.at(-1)).toEqual({ dataType: 5, counter: 9 });
    await device.command('Grow');
    await expect
      .poll(() => grown.values.at(-1))
      .toMatchObject({
        attributes: expect.arrayContaining(['grown']) as unknown,
      });
  });

  it('tell the errors that the device pushes, and go on', async () => {
    const one = hear('pushed');
    await expect.poll(() => one.told.length).toBe(1);
    await device.command('PushError', 'it broke');
    await expect.poll(() => one.kinds.at(-1)).toBe('error');
    expect(one.told.at(-1)).toMatchObject({ error: { code: 'DEV_FAILED', reason: 'Test_Failed' } });
    await device.command('Push', 1);
    await expect.poll(() => one.values.at(-1)).toBe(1);
  });

  it('are refused as the server says, or polled where a period is given', async () => {
    const strict = hear('silent', { strict: true });
    await expect.poll(() => strict.ends).toHaveLength(1);
    expect(strict.ends[0]).toMatchObject({ code: 'SUBSCRIBE_FAILED' });
    expect(String(strict.ends[0])).toContain('API_AttributePollingNotStarted');
    const polling = hear('silent', { periodMs: 5 });
    await expect.poll(() => polling.values.length).toBeGreaterThan(1);
    expect(polling.told.at(-1)).toMatchObject({ via: 'poll' });
  });

  it('come again after the server was killed and has returned', async () => {
    const one = hear('pushed');
    await expect.poll(() => one.told.length).toBe(1);
    await server.stop();
    await expect.poll(() => one.kinds).toContain('stale');
    expect(one.kinds).toContain('error');
    server = await startEventDevice(port);
    await expect.poll(() => one.kinds.at(-1), { timeout: 20_000 }).toBe('value');
    await device.command('Push', 42);
    await expect.poll(() => one.values.at(-1)).toBe(42);
  });
});
