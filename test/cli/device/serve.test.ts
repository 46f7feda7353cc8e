import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServeDevices } from '../../../src/cli/device/device-doors.ts';
import { ScriptedDevice } from '../../support/scripted-device.ts';
import { startDeviceCli } from '../../support/device-cli.ts';

/** A port on loopback for what a file exports; what is spoken there is not the command line's affair. */
const servePort: ServeDevices = async (exports, port) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    devices: Object.keys(exports).map((name) => ({
      name,
      address: `sim://127.0.0.1:${taken}/${name}`,
    })),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
};

describe('serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-serve-'));
  const file = join(folder, 'devices.ts');
  writeFileSync(file, 'export const door: object = {};\nexport const probe: object = {};\n');
  afterAll(() => rmSync(folder, { recursive: true }));
  const start = (...options: readonly string[]) =>
    startDeviceCli(['serve', ...options], new ScriptedDevice(2), { serve: servePort });

  it('prints the addresses as soon as they can be reached, and ends when told to', async () => {
    const run = start(file);
    await expect.poll(run.stdout).toMatch(/door +sim:\/\/127\.0\.0\.1:\d+\/door/);
    expect(run.stderr()).toContain('serving 2 devices');
    run.signal('SIGTERM');
    expect(await run.ended).toMatchObject({ exitCode: 0 });
  });

  it('prints them as one value of JSON', async () => {
    const run = start(file, '--json');
    await expect.poll(run.stdout).not.toBe('');
    const address = expect.stringMatching(/^sim:.*probe$/) as string;
    expect(JSON.parse(run.stdout())).toMatchObject({
      devices: [{ name: 'door' }, { name: 'probe', address }],
    });
    run.signal('SIGINT');
    await run.ended;
  });

  it('asks for the port that is given, and for a free one without it', async () => {
    const asked: number[] = [];
    const serve: ServeDevices = (exports, port) => {
      asked.push(port);
      return servePort(exports, 0);
    };
    for (const options of [['--port', '4711'], []]) {
      const run = startDeviceCli(['serve', file, ...options], new ScriptedDevice(2), { serve });
      await expect.poll(run.stdout).not.toBe('');
      run.signal('SIGINT');
      await run.ended;
    }
    expect(asked).toEqual([4_711, 0]);
  });

  it.each([
    ['a file that is not there', [join(folder, 'nowhere.ts')]],
    ['a port that is none', [file, '--port', '70000']],
  ])('exits with 2 for %s', async (_, args) => {
    expect(await start(...args).ended).toMatchObject({ exitCode: 2 });
  });
});
