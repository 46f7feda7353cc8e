import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createEngine, LongRunningCommand, sqliteStore } from '../../src/index.ts';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { tangoDevice } from '../../src/devices/tango/tango-device.ts';
import { startLrcDevice } from '../devices/tango/lrc-device.ts';
import type { LrcTangoDevice } from '../devices/tango/lrc-device.ts';
import { describeWith } from '../real-parts/describe-with.ts';
import { logOf } from '../support/engine-under-test.ts';

const scan = new LongRunningCommand('Scan', { stop: 'EndScan', recheckMs: 500 });
const short = '{ "scan_id": 7, "steps": 3, "stepMs": 20 }';
const forEver = '{ "steps": 1, "stepMs": 600000 }';

describeWith('python3-tango')('a command as a task, on a TANGO device', () => {
  let server: LrcTangoDevice;
  let folder: string;
  const engines: Engine[] = [];

  const start = async (options: EngineOptions = {}): Promise<Engine> => {
    const engine = createEngine({ devices: { scanner: tangoDevice(server.name) }, ...options });
    engines.push(engine);
    await engine.start();
    return engine;
  };

  beforeAll(async () => {
    server = await startLrcDevice();
    folder = mkdtempSync(join(tmpdir(), 'runstate-tango-engine-'));
  });

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close({ graceMs: 100 });
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('is followed to its end', async () => {
    const engine = await start();
    const handle = engine.submit(scan, { device: 'scanner', args: short });
    expect(await handle.output()).toMatchObject({
      resultCode: 0,
      result: [0, 'Scan 7 completed OK'],
    });
  });

  it('is cancelled by what stops it on the device', async () => {
    const engine = await start();
    const handle = engine.submit(scan, { device: 'scanner', args: forEver });
    await expect.poll(() => logOf(handle)).toContain('device: IN_PROGRESS');
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'device' });
  });

  it('fails with what the device gives', async () => {
    const engine = await start();
    const missed = engine.submit(new LongRunningCommand('Miss'), { device: 'scanner' });
    expect(await missed.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'LRC_FAILED' },
    });
  });

  it('is followed on by the next engine, and sent once', async () => {
    const path = join(folder, 'runs.db');
    const first = await start({ store: sqliteStore(path) });
    const sent = first.submit(scan, { device: 'scanner', args: forEver });
    await expect.poll(() => logOf(sent)).toContain('device: IN_PROGRESS');
    await first.close({ graceMs: 100 });
    const device = tangoDevice(server.name);
    const second = await start({ store: sqliteStore(path), devices: { scanner: device } });
    const handle = await second.tasks.get(sent.id);
    const { value } = await device.read('lrcExecuting');
    expect(value).toHaveLength(1);
    await device.command('EndScan');
    expect(await handle.output()).toMatchObject({ result: [0, 'Scan ended'] });
  });
});
