import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planReports } from '../../../src/runners/report/plan-reports.ts';
import { writeReport } from '../../../src/runners/report/write-report.ts';

describe('writeReport', () => {
  let folder = '';
  let results = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'runstate-reports-')));
    results = join(folder, 'results');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = async (displayName: string, html: string, isWanted = true): Promise<string> => {
    const [report] = planReports({ displayName, figures: '' }, results).reports;
    if (report === undefined) return expect.fail('no report was planned');
    await writeReport(results, report, html, () => isWanted);
    return report.path;
  };

  it('makes the folders that the name means, and replaces the page', async () => {
    const path = await write('scans/motor', 'one');
    expect(path).toBe(join(results, 'scans', 'motor', 'report.html'));
    expect(readFileSync(path, 'utf8')).toBe('one');
    await write('scans/motor', 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(results, 'scans', 'motor'))).toEqual(['report.html']);
  });

  it('never shows a reader half a page, and none that was not wanted', async () => {
    const pageOf = (letter: string): string => `<${letter.repeat(300_000)}>`;
    const path = await write('page', pageOf('a'));
    const seen: string[] = [];
    const done = new AbortController();
    const read = async (): Promise<void> => {
      while (!done.signal.aborted) seen.push(await readFile(path, 'utf8'));
    };
    const reading = read();
    for (const letter of 'bcdefgh') await write('page', pageOf(letter));
    await Promise.all('ijkl'.split('').map((letter) => write('page', pageOf(letter))));
    done.abort();
    await reading;
    const whole = new Set('abcdefghijkl'.split('').map(pageOf));
    expect(seen.filter((page) => !whole.has(page))).toEqual([]);
    const last = readFileSync(path, 'utf8');
    await write('page', 'unwanted', false);
    expect(readFileSync(path, 'utf8')).toBe(last);
    expect(readdirSync(join(results, 'page'))).toEqual(['report.html']);
  });

  it('is not led out of the directory by a link', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    mkdirSync(results);
    symlinkSync(outside, join(results, 'scans'));
    symlinkSync(join(folder, 'nowhere'), join(results, 'dangling'));
    symlinkSync('..', join(results, 'up'));
    mkdirSync(`${results}-beside`);
    symlinkSync(`${results}-beside`, join(results, 'beside'));
    for (const name of ['scans', 'scans/motor', 'up', 'up/outside', 'beside/x']) {
      await expect(write(name, 'page')).rejects.toMatchObject({
        code: 'REPORT_NAME_INVALID',
        message: expect.stringContaining('leads out of the results directory') as string,
      });
    }
    await expect(write('dangling/x', 'page')).rejects.toMatchObject({
      code: 'REPORT_WRITE_FAILED',
    });
    expect(readdirSync(folder).toSorted()).toEqual(['outside', 'results', 'results-beside']);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(`${results}-beside`)).toEqual([]);
  });

  it('follows links that stay inside, and a results directory that is one', async () => {
    const real = join(folder, 'disk');
    mkdirSync(join(real, 'today'), { recursive: true });
    symlinkSync(real, results);
    symlinkSync('today', join(real, 'latest'));
    await write('latest/motor', 'page');
    expect(readFileSync(join(real, 'today', 'motor', 'report.html'), 'utf8')).toBe('page');
  });

  it('replaces a page that is a link, and leaves what it leads to', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    mkdirSync(join(results, 'page'), { recursive: true });
    symlinkSync(target, join(results, 'page', 'report.html'));
    const path = await write('page', 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('says what is in the way, and leaves nothing half done', async () => {
    mkdirSync(results);
    writeFileSync(join(results, 'file'), '');
    await expect(write('file/motor', 'page')).rejects.toMatchObject({
      code: 'REPORT_WRITE_FAILED',
      message: expect.stringMatching(
        /^Report "file\/motor" could not be written to .*ENOTDIR/,
      ) as string,
    });
    mkdirSync(join(results, 'page', 'report.html'), { recursive: true });
    await expect(write('page', 'page')).rejects.toMatchObject({ code: 'REPORT_WRITE_FAILED' });
    expect(readdirSync(join(results, 'page'))).toEqual(['report.html']);
    expect(existsSync(join(results, 'file', 'motor'))).toBe(false);
  });
});
