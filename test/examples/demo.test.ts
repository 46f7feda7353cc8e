import { existsSync } from 'node:fs';
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
    }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('exits by itself, well', () => {
    expect(exitCode).toBe(0);
  });

  it('shows every task with its status and attempts', () => {
    const rows = stdout
      .split('\n')
      .filter((line) => /^│ \d/.test(line))
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .map(([, , name, , status, attempts]) => [name, status, attempts]);
    expect(rows).toEqual([
      ['rutin-1h-dmso.jdf', 'completed', '1'],
      ['rutin-13c-dmso.jdf', 'completed', '1'],
      ['fluorine.jdf', 'completed', '1'],
      ['fails twice', 'completed', '3'],
      ['never ends', 'cancelled', '1'],
    ]);
  });

  it('names the drawings it wrote', async () => {
    const drawn = [...stdout.matchAll(/^drawn in (.+)$/gm)].map(([, file = '']) => file);
    expect(drawn).toEqual(['rutin-1h-dmso.svg', 'rutin-13c-dmso.svg', 'fluorine.svg']);
    for (const file of drawn) {
      expect(existsSync(join(folder, file))).toBe(true);
      expect(await readFile(join(folder, file), 'utf8')).toContain('</svg>');
    }
  });

  it('names the reports it wrote', async () => {
    const reports = [...stdout.matchAll(/^report in (.+)$/gm)].map(([, file = '']) => file);
    expect(reports).toEqual([
      'results/nmr/task 1/rutin-1h-dmso/report.html',
      'results/nmr/task 2/rutin-13c-dmso/report.html',
      'results/nmr/task 3/fluorine/report.html',
    ]);
    for (const file of reports) {
      expect(await readFile(join(folder, file), 'utf8')).toContain('data:image/svg+xml;base64,');
    }
  });

  it('runs its background task beside them', () => {
    const [, readings = '0'] = /read (\d+) times at 20 Hz/.exec(stdout) ?? [];
    expect(Number(readings)).toBeGreaterThan(1);
  });
});
