import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { configureScan, deconfigureScan, endScan, scan } from '../../docs/examples/beam.ts';
import type { BeamDevices } from '../../docs/examples/beam.ts';
import { createEngine } from '../../src/index.ts';
import type { Engine, Job } from '../../src/index.ts';
import { tangoDevice } from '../../src/tango.ts';
import type { TangoDevice } from '../../src/tango.ts';
import { python } from '../devices/tango/lrc-device.ts';
import { freePort, startServer } from '../devices/tango/tango-servers.ts';
import type { Started } from '../devices/tango/tango-servers.ts';
import { describeWith } from '../real-parts/describe-with.ts';

const names = ['smrb', 'recv', 'dsp', 'stat'] as const;

describeWith('python3-tango')('a beam of TANGO devices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-beam-'));
  const file = join(folder, 'calls');
  let server: Started;
  let engine: Engine;
  let devices: Record<(typeof names)[number], TangoDevice>;

  beforeAll(async () => {
    const port = await freePort();
    const list = names.map((name) => `test/beam/${name}`).join(',');
    const own = ['--protocols', '2', '--moves', file];
    const tango = ['-nodb', '-dlist', list, '-ORBendPoint', `giop:tcp:127.0.0.1:${port}`];
    const args = ['-u', 'test/fixtures/tango/beam_device.py', 'beam', ...own, ...tango];
    const env = { PYTHONDONTWRITEBYTECODE: '1' };
    server = await startServer(python, args, port, env, 'Ready to accept request');
    devices = Object.fromEntries(
      names.map((name) => [
        name,
        tangoDevice(`tango://127.0.0.1:${port}/test/beam/${name}#dbase=no`),
      ]),
    ) as typeof devices;
    engine = createEngine();
    await engine.start();
  });
  beforeEach(() => writeFileSync(file, ''));
  afterAll(async () => {
    await engine?.close();
    for (const device of Object.values(devices ?? {})) await device.close();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  /** The commands that a job brought to the devices, in groups of these sizes. */
  async function calls(job: Job, ...sizes: readonly number[]): Promise<readonly string[][]> {
    const { taskStatus, error } = await engine.runJob(job).result();
    expect([taskStatus, error]).toEqual(['completed', null]);
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    let from = 0;
    return sizes.map((size) => lines.slice(from, (from += size)).toSorted());
  }

  const of = (command: string, ...on: readonly string[]): readonly string[] =>
    on.map((name) => `${name}.${command}`);
  const beam = (): BeamDevices => devices;

  it('is configured, scans, ends its scan and is deconfigured, in the order of its parts', async () => {
    expect(await calls(configureScan(beam(), { eb_id: 'eb-1' }), 1, 3, 3, 1)).toEqual([
      of('ConfigureBeam', 'smrb'),
      of('ConfigureBeam', 'dsp', 'recv', 'stat'),
      of('ConfigureScan', 'recv', 'smrb', 'stat'),
      of('ConfigureScan', 'dsp'),
    ]);
    writeFileSync(file, '');
    const all = ['dsp', 'recv', 'smrb', 'stat'];
    expect(
      await calls(
        scan(beam(), { scan_id: 7 }, () => {}),
        4,
      ),
    ).toEqual([of('Scan', ...all)]);
    writeFileSync(file, '');
    expect(await calls(endScan(beam()), 1, 2, 1)).toEqual([
      of('EndScan', 'recv'),
      of('EndScan', 'dsp', 'stat'),
      of('EndScan', 'smrb'),
    ]);
    writeFileSync(file, '');
    expect(await calls(deconfigureScan(beam()), 4, 3, 1)).toEqual([
      of('DeconfigureScan', ...all),
      of('DeconfigureBeam', 'dsp', 'recv', 'stat'),
      of('DeconfigureBeam', 'smrb'),
    ]);
  });
});
