import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../src/kernel/device-proxy.ts';
import { RunstateError } from '../../../src/kernel/errors.ts';
import { runDeviceCli, startDeviceCli } from '../../support/device-cli.ts';
import { devFailed, ScriptedDevice } from '../../support/scripted-device.ts';

/** A device that says what it has. */
class Motor extends ScriptedDevice {
  constructor() {
    super(2, 'sim://lab/motor/1');
    this.attributes.set('position', 12.5);
    this.attributes.set(
      'trace',
      Array.from({ length: 1_000 }, (_, index) => index),
    );
    this.attributes.set('mode', 1);
    this.attributes.set('label', 'left');
    this.scripts.set('Move', (to) => ({ to }));
    this.scripts.set('SetUp', (text) => text);
    this.scripts.set('Stop', () => undefined);
  }

  override async info(): Promise<DeviceInfo> {
    const scalar = { format: 'scalar', isWritable: true } as const;
    return {
      ...(await super.info()),
      commands: [
        { name: 'Move', inType: 'DevDouble', outType: 'DevVoid', inDescription: 'where to' },
        { name: 'SetUp', inType: 'DevString', outType: 'DevString' },
      ],
      attributes: [
        { ...scalar, name: 'position', type: 'DevDouble', unit: 'mm' },
        { ...scalar, name: 'mode', type: 'DevEnum', labels: ['MANUAL', 'AUTO'] },
        { ...scalar, name: 'label', type: 'DevString' },
        { name: 'trace', type: 'DevDouble', format: 'spectrum', isWritable: false, maxDimX: 4_096 },
      ],
    };
  }
}

const on = (args: string, device = new Motor(), more = {}) =>
  runDeviceCli(['motor', ...args.split(' ')], device, more);

describe('runstate device <name>', () => {
  it.each(['', 'fly', '--json'])('wants to be told what to do, not `%s`', async (args) => {
    const { exitCode, stderr } = await runDeviceCli(
      ['motor', ...(args ? [args] : [])],
      new Motor(),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('info, read, write, command, subscribe');
  });

  it('closes the device when it is done, also when that failed', async () => {
    const [good, bad] = [new Motor(), new Motor()];
    await on('read position', good);
    await on('read nothing', bad);
    expect([good.closed, bad.closed]).toEqual([true, true]);
  });
});

describe('info', () => {
  it('prints what the device is, how it is, and what can be asked of it', async () => {
    const { stdout, exitCode } = await on('info');
    expect(exitCode).toBe(0);
    for (const text of ['class Scripted', 'state ON: The device is on.', 'where to']) {
      expect(stdout).toContain(text);
    }
    expect(stdout).toMatch(/position +DevDouble +scalar +read, write +mm/);
    expect(stdout).toMatch(/mode .*MANUAL \| AUTO/);
    expect(stdout).toMatch(/trace .*spectrum 4096 +read/);
  });

  it('prints it as one value of JSON', async () => {
    const { stdout } = await on('info --json');
    expect(JSON.parse(stdout)).toMatchObject({ class: 'Scripted', state: 'ON' });
  });
});

describe('read', () => {
  it('prints values with quality, unit and label', async () => {
    const { stdout, exitCode } = await on('read position mode');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/position +valid +1970-01-01 \d\d:00:00 +12\.5 mm/);
    expect(stdout).toMatch(/mode .*AUTO \(1\)/);
  });

  it('cuts a spectrum to the terminal, and to nothing else', async () => {
    const narrow = await on('read trace', new Motor(), { columns: 80 });
    expect(narrow.stdout).toMatch(/\[0, 1, .*… \d+ more\]/);
    expect(Math.max(...narrow.stdout.split('\n').map(({ length }) => length))).toBeLessThan(81);
    expect((await on('read trace')).stdout).toContain('999]');
  });

  it('prints what can be read, tells what cannot, and fails', async () => {
    const { stdout, stderr, exitCode } = await on('read position nothing');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('12.5 mm');
    expect(stderr).toContain('read nothing of sim://lab/motor/1');
    expect(stderr).toContain('ERR API_AttrNotFound: no attribute nothing (in the device)');
    expect(stderr).toContain('`runstate device <name> info` lists its attributes');
  });

  it('prints one value of JSON, with what could not be read', async () => {
    const device = new Motor();
    device.attributes.set('position', Number.NaN);
    const { stdout } = await on('read position nothing --json', device);
    expect(JSON.parse(stdout)).toMatchObject([
      { attribute: 'position', value: 'NaN', quality: 'valid', at: 0 },
      { attribute: 'nothing', error: { code: 'DEV_FAILED', errors: [{ severity: 'ERR' }] } },
    ]);
  });

  it('exits with 124 when the device does not answer in time', async () => {
    const device = new Motor();
    device.attributes.set('position', new RunstateError('DEVICE_TIMEOUT', ['m', 'read', 50]));
    const { exitCode, stderr } = await on('read position --timeout-ms 50', device);
    expect(exitCode).toBe(124);
    expect(stderr).toContain('--timeout-ms');
  });
});

describe('write', () => {
  it.each([
    ['position', '3.5', 3.5],
    ['mode', 'AUTO', 1],
    ['mode', '0', 0],
    ['label', '12', '12'],
    ['trace', '[1,2]', [1, 2]],
  ])('writes %s %s', async (attribute, given, value) => {
    const device = new Motor();
    const { exitCode } = await on(`write ${attribute} ${given}`, device);
    expect(exitCode).toBe(0);
    expect(device.attributes.get(attribute)).toEqual(value);
  });
});

describe('command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-argument-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('sends JSON and prints what comes', async () => {
    const device = new Motor();
    const { stdout, exitCode } = await on('command Move 3.5 --json', device);
    expect(exitCode).toBe(0);
    expect(device.commands).toEqual([['Move', 3.5]]);
    expect(JSON.parse(stdout)).toEqual({ to: 3.5 });
  });

  it('sends a file and standard input, and a text as it stands', async () => {
    const file = join(folder, 'scan.json');
    writeFileSync(file, '{ "scan": 7 }\n');
    const device = new Motor();
    await on(`command SetUp ${file}`, device);
    await on('command setup -', device, { input: 'slow and steady\n' });
    await on('command SetUp "quoted"', device);
    await on('command Move -', device, { input: '-1e3' });
    expect(device.commands.map(([, args]) => args)).toEqual([
      '{ "scan": 7 }',
      'slow and steady',
      'quoted',
      -1_000,
    ]);
  });

  it('says that a command which gives nothing was done', async () => {
    const device = new Motor();
    const { stdout, stderr } = await on('command Stop', device);
    expect([stdout, device.commands]).toEqual(['', [['Stop', undefined]]]);
    expect(stderr).toContain('command Stop of sim://lab/motor/1: done');
  });

  it('sends nothing when the argument is no JSON', async () => {
    const device = new Motor();
    const { exitCode, stderr } = await on('command Move fast', device);
    expect([exitCode, device.commands]).toEqual([2, []]);
    expect(stderr).toContain('is not JSON');
  });

  it('tells the whole stack of a refusal', async () => {
    const device = new Motor();
    device.scripts.set('Move', () => {
      throw devFailed('API_CommandNotAllowed', 'not while it is off');
    });
    const { exitCode, stderr, stdout } = await on('command Move 1 --json', device);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ERR API_CommandNotAllowed: not while it is off (in the device)');
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'DEV_FAILED', errors: [{ reason: 'API_CommandNotAllowed' }] },
    });
  });

  it('is left by Ctrl-C, and at once by a second one', async () => {
    const device = new Motor();
    let fail = (_error: Error): void => {};
    device.scripts.set('Move', () => new Promise((_, reject) => (fail = reject)));
    const run = startDeviceCli(['motor', 'command', 'Move', '1'], device);
    await expect.poll(() => device.commands.length).toBe(1);
    run.signal('SIGINT');
    run.signal('SIGINT');
    expect(run.leftWith()).toBe(130);
    fail(new RunstateError('OUTCOME_UNKNOWN', ['the command', 'it was left']));
    expect(await run.ended).toMatchObject({ exitCode: 130 });
    expect(run.stderr()).toContain('look at the device before you send it again');
  });
});
