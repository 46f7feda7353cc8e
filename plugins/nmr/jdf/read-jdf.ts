import { groupDelay } from '../processing/group-delay.ts';
import type { Complex } from '../processing/signal.ts';
import { filterStages } from './filter-stages.ts';
import { headerText } from './header-text.ts';
import { normaliseNucleus } from './nucleus.ts';
import { openJdf, refusal, type JdfContent } from './open-jdf.ts';

/**
 * A recorded FID with what the header says about it.
 */
export interface JdfFile {
  readonly fid: Complex;
  /** Mass and symbol, such as `1H`. */
  readonly nucleus: string;
  readonly frequencyMHz: number;
  /** Chemical shift of the carrier, at the middle of the spectrum. */
  readonly offsetPpm: number;
  readonly spectralWidthHz: number;
  /** The inner part of the width that the receiver's filter passes undamped. */
  readonly usableWidthHz: number;
  /** As the file names it; empty if it does not. */
  readonly solvent: string;
  /** Delay of the receiver's digital filter, in points. */
  readonly groupDelayPoints: number;
  /** Time between the pulse and the start of the acquisition, in seconds. */
  readonly deadTimeS: number;
}

/** What a spectrometer can have recorded; anything else is a damaged header. */
const sane = {
  frequencyMHz: { least: 0.1, most: 10_000 },
  spectralWidthHz: { least: 1, most: 1e9 },
  offsetPpm: { least: -100_000, most: 100_000 },
} as const;
const fewestPoints = 16;
/** A dead time of more points than this is not believed. */
const mostLostPoints = 50;
/** A filter that passes less than this share of the width is not believed. */
const leastUsable = 0.25;

/**
 * Reads a one-dimensional FID from a JEOL Delta file.
 *
 * @throws Error or PermanentFailure as {@link openJdf} does, and PermanentFailure if the file holds
 * something else than the complex points of one FID
 */
export async function readJdf(file: string, signal?: AbortSignal): Promise<JdfFile> {
  const content = await openJdf(file, signal);
  const { info, headers } = content;
  const fid = readFid(content);
  const points = fid.re.length;
  const duration = (headers.dataAxisStop[0] ?? 0) - (headers.dataAxisStart[0] ?? 0);
  const hertz = info.originFrequency[0]?.magnitude;
  const offset = info.frequencyOffset[0];

  const frequencyMHz =
    within(typeof hertz === 'number' ? hertz / 1e6 : undefined, sane.frequencyMHz) ??
    within(headers.baseFreq[0], sane.frequencyMHz);
  if (frequencyMHz === undefined) throw refusal(file, 'its header has no valid x_freq');
  const spectralWidthHz =
    within(info.spectralWidth[0]?.magnitude, sane.spectralWidthHz) ??
    within((points - 1) / duration, sane.spectralWidthHz);
  if (spectralWidthHz === undefined) throw refusal(file, 'its header has no valid x_sweep');
  const offsetPpm = within(
    typeof offset?.magnitude === 'number' && offset.unit === 'Hertz'
      ? offset.magnitude / frequencyMHz
      : offset?.magnitude,
    sane.offsetPpm,
  );
  if (offsetPpm === undefined) throw refusal(file, 'its header has no valid x_offset');

  const lost = { least: 0, most: mostLostPoints / spectralWidthHz };
  const passed = { least: leastUsable * spectralWidthHz, most: spectralWidthHz };
  return {
    fid,
    nucleus: normaliseNucleus(info.nucleus[0] ?? headers.dataAxisTitles[0] ?? ''),
    frequencyMHz,
    offsetPpm,
    spectralWidthHz,
    usableWidthHz: within(info.spectralWidthClipped[0]?.magnitude, passed) ?? spectralWidthHz,
    solvent: info.solvent ?? '',
    groupDelayPoints: within(filterDelay(content), { least: 0, most: points / 4 }) ?? 0,
    deadTimeS: within(parameter(content, 'acq_delay'), lost) ?? 0,
  };
}

function readFid({ file, headers, data }: JdfContent): Complex {
  if (headers.dataFormat !== 'One_D' || headers.dataAxisType[0] !== 'Complex' || !data.im) {
    throw refusal(file, 'its samples are not complex points of one dimension');
  }
  if (headers.dataUnits[0]?.base !== 'Second') {
    throw refusal(file, 'it holds a processed spectrum instead of the FID');
  }
  const start = headers.dataOffsetStart[0] ?? 0;
  const end = (headers.dataOffsetStop[0] ?? data.re.length - 1) + 1;
  const fid = {
    re: Float64Array.from(data.re.slice(start, end)),
    im: Float64Array.from(data.im.slice(start, end)),
  };
  if (fid.re.length < fewestPoints || !fid.re.some((value) => value !== 0)) {
    throw refusal(file, 'its FID is empty');
  }
  return fid;
}

function filterDelay(content: JdfContent): number {
  if (parameter(content, 'digital_filter') === 'FALSE') return 0;
  const table = {
    start: content.headers.paramStart,
    records: content.parameters.highIndex + 1,
  };
  const text = (parameterName: string): string =>
    headerText(content.bytes, table, parameterName) ?? '';
  return groupDelay(filterStages(text('orders'), text('factors')));
}

function parameter(content: JdfContent, name: string): unknown {
  return content.parameters.paramArray.find((entry) => entry.name === name)?.value;
}

function within(
  value: unknown,
  range: { readonly least: number; readonly most: number },
): number | undefined {
  return typeof value === 'number' && value >= range.least && value <= range.most
    ? value
    : undefined;
}
