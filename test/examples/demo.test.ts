import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe('the demo', () => {
  let folder = '';
  let stdout = '';
  let exitCode: number | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runstate-demo-'));
    const demo = resolve('docs/examples/demo.ts');
    ({ stdout, exitCode } = await execa(process.execPath, ['--import', tsx, demo], {
      cwd: folder,
      reject: false,
    }));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));

  it('ends as it should have, by its own judgement', () => {
    expect([exitCode, stdout.includes('not what should have happened')]).toEqual([0, false]);
  });

  it('measures every scan once, also those that a killed engine did not see', () => {
    const rows = stdout
      .split('\n')
      .filter((line) => line.startsWith('│ ') && !line.startsWith('│ sample'))
      .map((line) => line.split('│').map((cell) => cell.trim()));
    expect(rows.map(([, sample, , status]) => [sample, status])).toEqual([
      ['rutin-1h', 'completed'],
      ['fluorine', 'completed'],
      ['rutin-13c', 'cancelled'],
    ]);
    const scans = rows.map(([, , , , count]) => Number(count));
    expect(scans.slice(0, 2)).toEqual([128, 128]);
    expect(scans[2]).toBeLessThan(128);
    expect(stdout).toContain('began 3 acquisitions for 3 samples');
  });

  it('tells of the kill, the door and the operator', () => {
    expect(stdout).toMatch(/kill -9 .* is gone/);
    expect(stdout).toContain('suspended: condition "door closed" is not met: "open"');
    expect(stdout).toMatch(/cancelled, acknowledged by the device in \d+ ms/);
  });

  it('names the drawings and reports that it wrote', async () => {
    const drawn = [...stdout.matchAll(/drawn in (\S+)$/gm)].map(([, file = '']) => file);
    expect(drawn).toEqual(['demo/rutin-1h.svg', 'demo/fluorine.svg']);
    for (const file of drawn) {
      expect(await readFile(join(folder, file), 'utf8')).toContain('</svg>');
    }
    const reports = [...stdout.matchAll(/report in (.+)$/gm)].map(([, file = '']) => file);
    expect(reports).toHaveLength(2);
    for (const file of reports) {
      expect(await readFile(join(folder, file), 'utf8')).toContain('data:image/svg+xml;base64,');
    }
  });
});
