import { describe, expect, it } from 'vitest';
import { peakTable } from '../../../plugins/nmr/drawing/peak-table.ts';
import { pageName, reportOf, summaryOf } from '../../../plugins/nmr/report.ts';
import type { ReduceOutput } from '../../../plugins/nmr/schema.ts';
import { reportParts } from '../../../src/runners/report/report-name.ts';

const output: ReduceOutput = {
  peaks: [
    { ppm: 12.6, intensity: 0.2, widthHz: 3.0816 },
    { ppm: 2.5, intensity: 1, widthHz: 2 },
  ],
  nucleus: '1H',
  frequencyMHz: 400,
  solvent: 'DMSO-D6',
  referenceShiftPpm: 0.1,
  referenceLine: 'solvent',
  svg: '/tmp/a.svg',
  points: 1024,
  spectralWidthHz: 6000,
  highPpm: 14,
  lowPpm: -1,
  groupDelayPoints: 20,
  phase: { p0: 1, p1: 2 },
  noise: 0.001,
  negativeShare: 0.01,
};

describe('pageName', () => {
  it.each([
    ['/data/rutin-1h-dmso.jdf', 'rutin-1h-dmso'],
    ['Probe 12 (größer).jdf', 'Probe 12 (größer)'],
    ['con.jdf', '_con'],
    ['.hidden', '_hidden'],
    ['report.html.jdf', 'report_html'],
    ['<b>&.jdf', '_b__'],
    ['..', '__'],
    [' .jdf', '_'],
    [`${'x'.repeat(300)}.jdf`, 'x'.repeat(60)],
    [`x${'𝛼'.repeat(70)}.jdf`, `x${'𝛼'.repeat(59)}`],
  ])('of %s is %s, which a report may be called', (file, name) => {
    expect(pageName(file)).toBe(name);
    expect(reportParts(name)).toEqual([name]);
  });
});

describe('summaryOf', () => {
  it('gives the main figures', () => {
    expect(summaryOf(output)).toEqual({
      nucleus: '1H',
      solvent: 'DMSO-D6',
      frequencyMHz: 400,
      peaks: 2,
      strongestPpm: 2.5,
      referenceLine: 'solvent',
    });
    expect(summaryOf({ ...output, peaks: [] })).toMatchObject({ peaks: 0, strongestPpm: null });
  });
});

describe('reportOf', () => {
  it('has a page for each task, with the spectrum and its peaks', () => {
    const origin = { file: '/data/a.jdf', taskId: 12 };
    expect(reportOf(origin, '<svg/>', output)).toEqual({
      displayName: 'nmr/task 12/a',
      figures: { Spectrum: '<svg/>', Peaks: peakTable(output.peaks, '1H') },
    });
    expect(reportOf(origin, '<svg/>', { ...output, peaks: [] }).figures).toEqual({
      Spectrum: '<svg/>',
    });
  });
});

describe('peakTable', () => {
  it('has a row for each peak, in the digits of its nucleus', () => {
    const table = peakTable(output.peaks, '1H');
    expect(table).toContain('<th>δ(¹H) / ppm</th>');
    expect(table).toContain('<tr><td>12.600</td><td>0.200</td><td>3.1</td></tr>');
    expect(table.match(/<tr><td>/g)).toHaveLength(2);
    expect(peakTable([], '<b>')).toContain('δ(&lt;b&gt;) / ppm');
  });
});
