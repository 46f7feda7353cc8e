import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reduceFile, type ReduceHooks } from '../../../plugins/nmr/reduce-file.ts';
import { reduceInput, reduceOutput, type ReduceOutput } from '../../../plugins/nmr/schema.ts';
import { dataFile } from './data-file.ts';
import { xmlComplaint } from './xml.ts';

const names = ['rutin-1h-dmso', 'rutin-13c-dmso', 'fluorine'] as const;

interface Heard {
  readonly progress: number[];
  readonly warnings: string[];
}

const hooksFor = (heard: Heard, signal = new AbortController().signal): ReduceHooks => ({
  signal,
  progress: (percent) => heard.progress.push(percent),
  warn: (message) => heard.warnings.push(message),
});

const nearest = ({ peaks }: ReduceOutput, ppm: number) =>
  peaks.toSorted((left, right) => Math.abs(left.ppm - ppm) - Math.abs(right.ppm - ppm))[0];

const distance = (output: ReduceOutput, ppm: number): number =>
  Math.abs((nearest(output, ppm)?.ppm ?? Number.NaN) - ppm);

describe('reduceFile', () => {
  let folder: string;
  const outputs = {} as Record<(typeof names)[number], ReduceOutput>;
  const heard = {} as Record<(typeof names)[number], Heard>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nmr-reduce-'));
    const all = names.map(async (name) => {
      heard[name] = { progress: [], warnings: [] };
      const input = reduceInput.parse({
        file: dataFile(name),
        svg: join(folder, `${name}.svg`),
        ...(name === 'rutin-1h-dmso' && { referencePpm: 2.5 }),
      });
      outputs[name] = await reduceFile(input, hooksFor(heard[name]));
    });
    await Promise.all(all);
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe('of rutin in ¹H', () => {
    it.each([12.6, 6.38, 6.19, 5.34, 0.99])('has a peak within 0.03 ppm of %d', (ppm) => {
      expect(distance(outputs['rutin-1h-dmso'], ppm)).toBeLessThan(0.03);
    });

    it('has the solvent at 2.50 ppm, which moves the axis by 0.038 ppm', () => {
      const output = outputs['rutin-1h-dmso'];
      expect(distance(output, 2.5)).toBeLessThan(0.002);
      expect(output.referenceLine).toBe('solvent');
      expect(output.referenceShiftPpm).toBeCloseTo(0.038, 3);
    });

    it('resolves the methyl doublet with its coupling of 6.1 Hz', () => {
      const { peaks, frequencyMHz } = outputs['rutin-1h-dmso'];
      const doublet = peaks.filter(({ ppm }) => ppm > 0.9 && ppm < 1.1);
      expect(doublet).toHaveLength(2);
      const [left, right] = doublet.map(({ ppm }) => ppm) as [number, number];
      expect((left - right) * frequencyMHz).toBeGreaterThan(5.6);
      expect((left - right) * frequencyMHz).toBeLessThan(6.6);
    });

    it('has at most 5 % of its intensity below zero, all points and the noise included', () => {
      expect(outputs['rutin-1h-dmso'].negativeShare).toBeLessThan(0.01);
    });

    it('says what was measured', () => {
      const output = outputs['rutin-1h-dmso'];
      expect(output).toMatchObject({ nucleus: '1H', solvent: 'DMSO-D6', points: 65_536 });
      expect(output.frequencyMHz).toBeCloseTo(399.78, 2);
      expect(output.spectralWidthHz).toBeCloseTo(10_016, 0);
      expect(Math.abs(output.groupDelayPoints - 19.656)).toBeLessThan(0.001);
      expect(output.phase.p0).toBeCloseTo(-169, -0.5);
      expect(output.phase.p1).toBeCloseTo(88, -1.2);
      expect(output.noise).toBeLessThan(1e-4);
    });
  });

  describe('of rutin in ¹³C', () => {
    it('has the 27 carbons of rutin and the septet of the solvent', () => {
      const { peaks } = outputs['rutin-13c-dmso'];
      const solvent = peaks.filter(({ ppm }) => Math.abs(ppm - 39.52) < 1);
      expect(solvent).toHaveLength(7);
      expect(peaks.length - solvent.length).toBeGreaterThanOrEqual(25);
      expect(peaks.length - solvent.length).toBeLessThanOrEqual(27);
    });

    it.each([177.4, 164.1, 161.2, 133.3, 101.2, 76.4, 70.6, 68.2, 39.52, 17.7])(
      'has a peak at %d ppm',
      (ppm) => {
        expect(distance(outputs['rutin-13c-dmso'], ppm)).toBeLessThan(0.1);
      },
    );

    it('is referenced to the middle of the septet by default', () => {
      const output = outputs['rutin-13c-dmso'];
      expect(output).toMatchObject({ nucleus: '13C', referenceLine: 'solvent' });
      expect(output.referenceShiftPpm).toBeCloseTo(-0.522, 2);
      expect(nearest(output, 39.52)?.intensity).toBe(1);
    });

    it('is absorption: weak carbons far from the solvent are as symmetric as it', () => {
      expect(outputs['rutin-13c-dmso'].phase.p1).toBeGreaterThan(250);
      expect(outputs['rutin-13c-dmso'].phase.p1).toBeLessThan(330);
    });
  });

  describe('of ¹⁹F', () => {
    it.each([-53.5, -56.5, -92.7, -104.7, -136.2, -140.1, -157.6])(
      'has peaks at %d ppm on the spectrometer’s own axis',
      (ppm) => {
        const output = outputs.fluorine;
        expect(distance(output, ppm)).toBeLessThan(0.1);
        expect(output).toMatchObject({
          nucleus: '19F',
          referenceLine: 'none',
          referenceShiftPpm: 0,
        });
      },
    );

    it('has at most 5 % of its intensity below zero', () => {
      expect(outputs.fluorine.negativeShare).toBeLessThan(0.05);
    });

    it('warns of lines that outlast the acquisition', () => {
      expect(heard.fluorine.warnings).toEqual([
        expect.stringContaining('Give lineBroadeningHz of 4 or more.'),
      ]);
      expect(heard['rutin-1h-dmso'].warnings).toEqual([]);
    });
  });

  describe.each(names)('of %s', (name) => {
    it('fits its own schema and is JSON', () => {
      const output = outputs[name];
      expect(reduceOutput.parse(output)).toEqual(output);
      expect(JSON.parse(JSON.stringify(output))).toEqual(output);
    });

    it('lists peaks from high to low ppm, relative to the strongest', () => {
      const { peaks } = outputs[name];
      for (const [order, peak] of peaks.slice(1).entries()) {
        expect(peak.ppm).toBeLessThan(peaks[order]?.ppm ?? Number.NaN);
      }
      expect(Math.max(...peaks.map(({ intensity }) => intensity))).toBe(1);
      expect(Math.min(...peaks.map(({ intensity }) => intensity))).toBeGreaterThanOrEqual(0.01);
      expect(peaks.every(({ widthHz }) => widthHz > 0.5 && widthHz < 100)).toBe(true);
    });

    it('draws a well-formed picture of less than 300 kB', async () => {
      const { svg } = outputs[name];
      const text = await readFile(svg, 'utf8');
      expect(isAbsolute(svg)).toBe(true);
      expect(xmlComplaint(text)).toBeUndefined();
      expect(Buffer.byteLength(text)).toBeLessThan(300_000);
    });

    it('reports rising progress up to 100', () => {
      const { progress } = heard[name];
      expect(progress).toEqual(progress.toSorted((left, right) => left - right));
      expect(progress.length).toBeGreaterThan(6);
      expect(progress.at(-1)).toBe(100);
    });
  });

  it('gives the same numbers each time', async () => {
    const input = reduceInput.parse({
      file: dataFile('rutin-13c-dmso'),
      svg: join(folder, 'again.svg'),
    });
    const { svg, ...again } = await reduceFile(input, hooksFor({ progress: [], warnings: [] }));
    const { svg: first, ...before } = outputs['rutin-13c-dmso'];
    expect(again).toEqual(before);
    expect(await readFile(svg, 'utf8')).toBe(await readFile(first, 'utf8'));
  });

  it('names the picture after the file, in the current folder, by default', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const input = reduceInput.parse({ file: dataFile('rutin-13c-dmso'), threshold: 0.5 });
      const { svg } = await reduceFile(input, hooksFor({ progress: [], warnings: [] }));
      expect(svg).toBe(join(process.cwd(), 'rutin-13c-dmso.svg'));
      expect(xmlComplaint(await readFile(svg, 'utf8'))).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  });

  it('lists fewer peaks above a higher threshold', async () => {
    const input = reduceInput.parse({
      file: dataFile('rutin-1h-dmso'),
      svg: join(folder, 'few.svg'),
      threshold: 0.3,
    });
    const { peaks } = await reduceFile(input, hooksFor({ progress: [], warnings: [] }));
    expect(peaks.length).toBeGreaterThan(5);
    expect(peaks.length).toBeLessThan(outputs['rutin-1h-dmso'].peaks.length);
    expect(peaks.every(({ intensity }) => intensity >= 0.3)).toBe(true);
  });

  it('widens the lines by the broadening', async () => {
    const input = reduceInput.parse({
      file: dataFile('rutin-1h-dmso'),
      svg: join(folder, 'broad.svg'),
      lineBroadeningHz: 4,
    });
    const broad = await reduceFile(input, hooksFor({ progress: [], warnings: [] }));
    const gain =
      (nearest(broad, 9.65)?.widthHz ?? 0) -
      (nearest(outputs['rutin-1h-dmso'], 9.65)?.widthHz ?? 0);
    expect(gain).toBeGreaterThan(2);
    expect(gain).toBeLessThan(3.3);
  });

  it.each([15, 30, 50, 70, 90])('stops when it is aborted at %d %%', async (at) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const svg = join(folder, `stopped-${at}.svg`);
    const input = reduceInput.parse({ file: dataFile('fluorine'), svg });
    const hooks: ReduceHooks = {
      signal: controller.signal,
      progress: (percent) => {
        if (percent === at) controller.abort(reason);
      },
      warn: () => undefined,
    };
    await expect(reduceFile(input, hooks)).rejects.toBe(reason);
    expect((await readdir(folder)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it('says that the folder of the picture is missing', async () => {
    const input = reduceInput.parse({
      file: dataFile('fluorine'),
      svg: join(folder, 'absent', 'x.svg'),
    });
    await expect(reduceFile(input, hooksFor({ progress: [], warnings: [] }))).rejects.toThrow(
      /Cannot write `svg` .*the folder '.*absent' does not exist/,
    );
  });
});
