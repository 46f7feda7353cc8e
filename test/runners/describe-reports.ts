import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/kernel/runner.ts';
import { useRunner } from './use-runner.ts';

/** Every runner writes the reports of its attempts where it runs them. */
export function describeReports(open: () => Runner): void {
  describe('reports', () => {
    const use = useRunner(open);
    let resultsDirectory = '';
    beforeEach(() => {
      resultsDirectory = mkdtempSync(join(tmpdir(), 'runstate-reports-'));
    });
    afterEach(() => rmSync(resultsDirectory, { recursive: true }));

    const start = (plugin: string) =>
      use.start({ file: 'gives-reports.mjs', plugin: `reports.${plugin}`, resultsDirectory });
    const pathOf = (name: string): string => join(resultsDirectory, name, 'report.html');
    const filesWritten = (): readonly string[] =>
      readdirSync(resultsDirectory, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.html'))
        .toSorted();

    it('are written before the phase ends, and are paths in the payloads', async () => {
      const { host } = await start('several');
      expect(await host.untilSettled('process')).toEqual({ ok: true, value: { done: true } });
      expect(filesWritten()).toEqual(['scans/energy/report.html', 'scans/motor/report.html']);
      expect(host.all('payload').map(({ value }) => value)).toEqual([
        [pathOf('scans/motor'), { counts: [1, 2] }],
        pathOf('scans/energy'),
        'last',
      ]);
      expect(host.events.at(-1)?.type).toBe('settled');
      const page = readFileSync(pathOf('scans/motor'), 'utf8');
      expect(page).toContain('reports.several');
      expect(page).toContain('src="data:image/png;base64,iVBOR');
    });

    it('take the place of a returned value', async () => {
      const { host } = await start('returned');
      const value = pathOf('returned');
      expect(await host.untilSettled('process')).toEqual({ ok: true, value });
      expect(existsSync(value)).toBe(true);
    });

    it('may come in setup and teardown', async () => {
      const before = await start('inSetup');
      expect(before.host.all('payload')).toMatchObject([{ value: pathOf('before') }]);
      const after = await start('inTeardown');
      await after.host.untilSettled('process');
      after.execution.run('teardown');
      expect(await after.host.untilSettled('teardown')).toMatchObject({ ok: true });
      expect(after.host.all('payload')).toMatchObject([{ value: pathOf('after') }]);
      expect(filesWritten()).toEqual(['after/report.html', 'before/report.html']);
    });

    it('fail the phase when their name leads out of the directory', async () => {
      const { host } = await start('leavesTheDirectory');
      expect(await host.untilSettled('process')).toMatchObject({
        ok: false,
        error: { code: 'REPORT_NAME_INVALID' },
      });
    });

    it('fail the phase when a figure cannot be saved', async () => {
      const { host } = await start('cannotBeSaved');
      const outcome = await host.untilSettled('process');
      expect(outcome).toMatchObject({ ok: false, error: { code: 'REPORT_FIGURE_INVALID' } });
      expect(outcome).toHaveProperty(
        'error.message',
        'Figure 2 of report "broken" could not be saved: no renderer.',
      );
      expect(filesWritten()).toEqual([]);
      expect(host.all('payload')).toEqual([]);
    });

    it('that are never drawn end with the attempt', async () => {
      const { host, execution } = await start('neverSaved');
      await host.untilLogged('given');
      const reason = new Error('stop');
      execution.abort(reason);
      expect(await host.untilSettled('process')).toEqual({ ok: false, error: reason });
      execution.run('teardown');
      expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
      expect(filesWritten()).toEqual([]);
    });

    it('are kept by work that fails, whose own error goes before theirs', async () => {
      const { host } = await start('failsAsWell');
      expect(await host.untilSettled('process')).toMatchObject({
        ok: false,
        error: { message: 'the beam was lost' },
      });
      expect(host.all('payload')).toMatchObject([{ value: pathOf('kept') }]);
      expect(host.all('log').map(({ message }) => message)).toEqual([
        expect.stringContaining('report "broken"'),
      ]);
    });
  });
}
