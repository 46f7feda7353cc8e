import { describe, expect, it } from 'vitest';
import { autoPhase, negativeShare } from '../../../../plugins/nmr/processing/auto-phase.ts';
import { fourier } from '../../../../plugins/nmr/processing/fourier.ts';
import { applyPhase, type Phase } from '../../../../plugins/nmr/processing/phase.ts';
import { signalRegions } from '../../../../plugins/nmr/processing/signal-regions.ts';
import type { Complex } from '../../../../plugins/nmr/processing/signal.ts';
import { zeroFill } from '../../../../plugins/nmr/processing/zero-fill.ts';
import { syntheticFid } from '../synthetic.ts';

const lines = [
  { hz: -3100, widthHz: 3, amplitude: 1 },
  { hz: -1200, widthHz: 2, amplitude: 0.4 },
  { hz: -1190, widthHz: 2, amplitude: 0.4 },
  { hz: 150, widthHz: 12, amplitude: 2 },
  { hz: 2500, widthHz: 3, amplitude: 0.7 },
];

const misphased = async (phase: Phase, noise: number): Promise<Complex> => {
  const fid = syntheticFid({ points: 8192, spectralWidthHz: 8000, lines, noise });
  const { p0, p1 } = phase;
  return applyPhase(await fourier(zeroFill(fid, 2)), { p0: -p0, p1: -p1 });
};

const regionsOf = (spectrum: Complex) =>
  signalRegions(spectrum, {
    within: { start: 800, end: spectrum.re.length - 800 },
    interpolation: 2,
  });

describe('autoPhase', () => {
  it.each([
    { p0: 0, p1: 0 },
    { p0: 40, p1: 30 },
    { p0: -170, p1: 90 },
    { p0: 115, p1: -120 },
    { p0: 60, p1: 150 },
  ])('recovers a phase error of %j', async (phase) => {
    const spectrum = await misphased(phase, 0.001);
    const found = autoPhase(spectrum, { regions: regionsOf(spectrum), expectedP1: 0 });
    expect(Math.abs(found.p0 - phase.p0)).toBeLessThan(2);
    expect(Math.abs(found.p1 - phase.p1)).toBeLessThan(6);
  });

  it('is not misled by noise', async () => {
    const phase = { p0: -75, p1: 230 };
    const spectrum = await misphased(phase, 0.05);
    const found = autoPhase(spectrum, { regions: regionsOf(spectrum), expectedP1: 180 });
    expect(Math.abs(found.p0 - phase.p0)).toBeLessThan(5);
    expect(Math.abs(found.p1 - phase.p1)).toBeLessThan(20);
  });

  it('falls back on the expected phase without lines', () => {
    const empty = { re: new Float64Array(64), im: new Float64Array(64) };
    expect(autoPhase(empty, { regions: [], expectedP1: 22 })).toEqual({ p0: 0, p1: 22 });
  });
});

describe('negativeShare', () => {
  it('is nearly nothing for absorption and about a half for dispersion', async () => {
    const spectrum = await misphased({ p0: 0, p1: 0 }, 0);
    const regions = regionsOf(spectrum);
    expect(negativeShare(spectrum, regions, { p0: 0, p1: 0 })).toBeLessThan(0.01);
    expect(negativeShare(spectrum, regions, { p0: 90, p1: 0 })).toBeGreaterThan(0.4);
  });
});

describe('signalRegions', () => {
  it('finds the lines, whatever their phase, and nothing else', async () => {
    for (const p0 of [0, 90, 200]) {
      const spectrum = await misphased({ p0, p1: 0 }, 0.02);
      const regions = regionsOf(spectrum);
      const places = lines.map(({ hz }) => 8192 + (hz / 8000) * 16_384);
      for (const place of places) {
        expect(regions.some(({ start, end }) => start < place && place < end)).toBe(true);
      }
      expect(regions).toHaveLength(4);
    }
  });
});
