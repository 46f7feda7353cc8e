import { describe, expect, it } from 'vitest';
import { escapeXml } from '../../../../plugins/nmr/drawing/escape-xml.ts';
import { spectrumSvg, type SpectrumPicture } from '../../../../plugins/nmr/drawing/spectrum-svg.ts';
import { indexAt } from '../../../../plugins/nmr/processing/axis.ts';
import { lorentzians, seededNormal } from '../synthetic.ts';
import { xmlComplaint } from '../xml.ts';

const axis = { offsetPpm: 7, spectralWidthHz: 8000, frequencyMHz: 400, points: 65_536 };
const lines = [
  { ppm: 12.6, intensity: 0.4 },
  { ppm: 6.4, intensity: 0.3 },
  { ppm: 2.5, intensity: 1 },
  { ppm: 1, intensity: 0.5 },
];
const random = seededNormal();
const picture: SpectrumPicture = {
  values: lorentzians(
    axis.points,
    lines.map(({ ppm, intensity }) => ({
      index: indexAt(axis, ppm),
      width: 16,
      height: intensity * 80,
    })),
  ).map((value) => value + 0.1 * random()),
  strongest: 80,
  noise: 0.1,
  axis,
  peaks: lines.map((line) => ({ ...line, isSolvent: line.ppm === 2.5 })),
  fileName: 'sample.jdf',
  nucleus: '1H',
  solvent: 'DMSO-d₆',
};

const ticks = (svg: string): { x: number; ppm: number }[] =>
  [...svg.matchAll(/<text class="tick" x="([\d.]+)"[^>]*>([^<]+)</g)].map((match) => ({
    x: Number(match[1]),
    ppm: Number(match[2]?.replace('−', '-')),
  }));

describe('spectrumSvg', () => {
  const svg = spectrumSvg(picture);

  it('is well-formed and small', () => {
    expect(xmlComplaint(svg)).toBeUndefined();
    expect(svg.length).toBeLessThan(300_000);
  });

  it('has an axis that descends from left to right and says what it is', () => {
    const marks = ticks(svg);
    expect(marks.length).toBeGreaterThan(8);
    for (const [order, mark] of marks.slice(1).entries()) {
      expect(mark.x).toBeGreaterThan(marks[order]?.x ?? Number.NaN);
      expect(mark.ppm).toBeLessThan(marks[order]?.ppm ?? Number.NaN);
    }
    expect(svg).toContain('δ(¹H) / ppm');
  });

  it('says what was measured', () => {
    expect(svg).toContain('>sample.jdf — ¹H NMR, 400.00 MHz, DMSO-d₆</text>');
  });

  it('labels the peaks', () => {
    for (const text of ['12.60', '6.40', '2.50', '1.00']) expect(svg).toContain(`>${text}<`);
  });

  it('marks the line that it cuts', () => {
    expect(svg.match(/<g class="cut-lines">.*<\/g>/)?.[0].match(/fill="#fff"/g)).toHaveLength(1);
    const uncut = {
      ...picture,
      peaks: picture.peaks.map((peak) => ({ ...peak, isSolvent: false })),
    };
    expect(spectrumSvg(uncut)).not.toContain('cut-lines');
  });

  it('stays well-formed whatever the file is called', () => {
    const fileName = `a<b>&"c'\u0000\uD800]]>.jdf`;
    const odd = spectrumSvg({ ...picture, fileName, nucleus: '<1H>', solvent: 'x & y' });
    expect(xmlComplaint(odd)).toBeUndefined();
    expect(odd).toContain('a&lt;b&gt;&amp;&quot;c&apos;��]]&gt;.jdf');
  });

  it('draws a spectrum without lines', () => {
    expect(xmlComplaint(spectrumSvg({ ...picture, peaks: [] }))).toBeUndefined();
  });
});

describe('escapeXml', () => {
  it('leaves ordinary letters of any script alone', () => {
    expect(escapeXml('δ(¹³C) ルチン 🧪')).toBe('δ(¹³C) ルチン 🧪');
  });
});

describe('xmlComplaint', () => {
  it.each(['<a><b></a>', '<a>', '<a x=1/>', '<a>&</a>', '<a>&nope;</a>', '<a x="1" x="2"/>'])(
    'objects to %s',
    (text) => {
      expect(xmlComplaint(text)).toBeDefined();
    },
  );
});
