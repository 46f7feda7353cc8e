import { indexAt, ppmAt, type PpmAxis } from '../processing/axis.ts';
import { escapeXml } from './escape-xml.ts';
import { nucleusStyle, shiftText } from './nucleus-style.ts';
import { peakLabels, type DrawnPeak, type PeakLabel } from './peak-labels.ts';
import { axisTicks } from './ticks.ts';
import { tracePath } from './trace-path.ts';
import { chooseView, type View, type ViewPeak } from './view.ts';

/**
 * A line with what the picture calls it beside its shift, such as the solvent's name.
 */
export interface SpectrumPeak extends ViewPeak {
  readonly name?: string | undefined;
}

/**
 * A spectrum to draw.
 */
export interface SpectrumPicture {
  /** Real part, in axis order; drawn in units of `strongest`. */
  readonly values: Float64Array;
  readonly strongest: number;
  /** Standard deviation of the noise, in the same units as `values`. */
  readonly noise: number;
  readonly axis: PpmAxis;
  readonly peaks: readonly SpectrumPeak[];
  readonly fileName: string;
  readonly nucleus: string;
  readonly solvent: string;
}

const size = { width: 1200, height: 640 } as const;
const plot = { left: 36, right: 1164, top: 164, bottom: 578 } as const;
const label = { text: 124, bottom: 132, bend: 138, tip: 156, pitch: 12.5 } as const;
const axisY = 586;
const columnWidth = 0.5;
/** Share of the height above the baseline that a line of full scale fills. */
const fill = 0.96;
/** Room under the baseline: enough for the noise, within these shares of full scale. */
const below = { least: 0.035, most: 0.3, noises: 4.5 } as const;
const breakY = plot.top + 14;
/** Cut lines nearer than this many pixels share a mark. */
const breakWidth = 5;
const longestName = 60;

/**
 * Draws a spectrum as published ones look: shift from high to low, baseline at the bottom, a label
 * above each multiplet, lines taller than the picture cut and marked.
 */
export function spectrumSvg(picture: SpectrumPicture): string {
  const { axis, values } = picture;
  const view = chooseView(picture.peaks, {
    high: ppmAt(axis, 0),
    low: ppmAt(axis, values.length - 1),
  });
  const x = (ppm: number): number =>
    plot.left + ((view.high - ppm) / (view.high - view.low)) * (plot.right - plot.left);
  const full = view.fullScale * picture.strongest;
  const room = Math.min(below.most, Math.max(below.least, (below.noises * picture.noise) / full));
  const base = plot.bottom - ((plot.bottom - plot.top) * room) / (1 + room);
  const y = (value: number): number => {
    const height = (value / full) * fill * (base - plot.top);
    return Math.min(plot.bottom + 4, Math.max(plot.top - 4, base - height));
  };
  const path = tracePath(values, {
    from: Math.max(0, Math.ceil(indexAt(axis, view.high))),
    to: Math.min(values.length - 1, Math.floor(indexAt(axis, view.low))),
    x: (index) => x(ppmAt(axis, index)),
    y,
    columnWidth,
  });
  const peaks = picture.peaks.map((peak) => ({ ...peak, x: x(peak.ppm) }));
  const title = titleText(picture);
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" \
viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="Helvetica, Arial, sans-serif">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" \
width="${plot.right - plot.left}" height="${plot.bottom - plot.top}"/></clipPath>
<text x="${plot.left}" y="30" font-size="17">${escapeXml(title)}</text>
<path class="spectrum" d="${path}" clip-path="url(#plot)" fill="none" stroke="#12303f" \
stroke-width="0.8" stroke-linejoin="round"/>
${drawBreaks(peaks, view)}
${drawLabels(labelsOf(peaks, picture))}
${drawAxis(picture, view, x)}
</svg>
`;
}

function titleText(picture: SpectrumPicture): string {
  const name =
    picture.fileName.length > longestName
      ? `${picture.fileName.slice(0, longestName)}…`
      : picture.fileName;
  const parts = [
    `${nucleusStyle(picture.nucleus).label} NMR`,
    `${picture.axis.frequencyMHz.toFixed(2)} MHz`,
    picture.solvent,
  ];
  return `${name} — ${parts.filter((part) => part !== '').join(', ')}`;
}

function labelsOf(peaks: readonly DrawnPeak[], picture: SpectrumPicture): PeakLabel[] {
  const { decimals, multipletHz } = nucleusStyle(picture.nucleus);
  return peakLabels(peaks, {
    decimals,
    multipletPpm: multipletHz / picture.axis.frequencyMHz,
    pitch: label.pitch,
    from: plot.left + 4,
    to: plot.right - 4,
  });
}

function drawLabels(labels: readonly PeakLabel[]): string {
  const leaders = labels.map(
    ({ x, labelX }) =>
      `M${labelX.toFixed(1)} ${label.bottom}V${label.bend}` +
      `L${x.toFixed(1)} ${label.tip - 6}V${label.tip}`,
  );
  const texts = labels.map(({ text, name, labelX }) => {
    const words = escapeXml(name === undefined ? text : `${text} ${name}`);
    const colour = name === undefined ? '' : ' fill="#777"';
    const place = `translate(${(labelX + 4).toFixed(1)} ${label.text}) rotate(-90)`;
    return `<text transform="${place}"${colour}>${words}</text>`;
  });
  return `<g class="labels" font-size="11.5" fill="#222">
<path d="${leaders.join('')}" fill="none" stroke="#8a9aa3" stroke-width="0.7"/>
${texts.join('\n')}
</g>`;
}

/** Two strokes across a line say that it goes on above the picture. */
function drawBreaks(peaks: readonly DrawnPeak[], view: View): string {
  const places: number[] = [];
  for (const peak of peaks.toSorted((left, right) => left.x - right.x)) {
    if (peak.intensity * fill <= view.fullScale) continue;
    const last = places.at(-1);
    if (last === undefined || peak.x - last > breakWidth) places.push(peak.x);
  }
  if (places.length === 0) return '';
  const marks = places.map((x) => {
    const [left, right] = [(x - 6).toFixed(1), (x + 6).toFixed(1)];
    return (
      `<path d="M${left} ${breakY + 2}L${right} ${breakY - 4}V${breakY}L${left} ${breakY + 6}Z" fill="#fff"/>` +
      `<path d="M${left} ${breakY + 2}L${right} ${breakY - 4}M${left} ${breakY + 6}L${right} ${breakY}" ` +
      `stroke="#12303f" stroke-width="0.9" fill="none"/>`
    );
  });
  return `<g class="cut-lines"><title>Taller than the picture</title>${marks.join('')}</g>`;
}

function drawAxis(picture: SpectrumPicture, view: View, x: (ppm: number) => number): string {
  const ticks = axisTicks(view.high, view.low, 14);
  const mark = (ppm: number, length: number): string => `M${x(ppm).toFixed(1)} ${axisY}v${length}`;
  const strokes = [
    `M${plot.left} ${axisY}H${plot.right}`,
    ...ticks.major.map((ppm) => mark(ppm, 7)),
    ...ticks.minor.map((ppm) => mark(ppm, 4)),
  ];
  const numbers = ticks.major.map(
    (ppm) =>
      `<text class="tick" x="${x(ppm).toFixed(1)}" y="${axisY + 21}">` +
      `${shiftText(ppm, ticks.decimals)}</text>`,
  );
  return `<g class="axis" font-size="13" fill="#222" text-anchor="middle">
<path d="${strokes.join('')}" stroke="#222" fill="none"/>
${numbers.join('\n')}
<text x="${(plot.left + plot.right) / 2}" y="${axisY + 42}" font-size="14">\
δ(${escapeXml(nucleusStyle(picture.nucleus).label)}) / ppm</text>
</g>`;
}
