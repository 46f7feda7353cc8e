import { basename, extname } from 'node:path';
import type { SummaryPlots } from '../../src/plugin.ts';
import { peakTable } from './drawing/peak-table.ts';
import type { ReduceOutput } from './schema.ts';

const longestName = 60;

/** Names that Windows keeps for devices. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A file's name, without its ending, as a part of a report's name.
 */
export function pageName(file: string): string {
  const name = Array.from(basename(file, extname(file)))
    .slice(0, longestName)
    .join('')
    .replaceAll(/[^\p{L}\p{M}\p{N} _()+,-]/gu, '_')
    .trim();
  return name === '' || device.test(name) ? `_${name}` : name;
}

/** What a reduction came to, in the figures that people ask for first. */
export interface ReduceSummary {
  readonly nucleus: string;
  readonly solvent: string;
  readonly frequencyMHz: number;
  /** How many there are. */
  readonly peaks: number;
  /** Where the strongest one is; null when there is none. */
  readonly strongestPpm: number | null;
  readonly referenceLine: string;
}

/**
 * Sums a reduction up.
 */
export function summaryOf(output: ReduceOutput): ReduceSummary {
  const { nucleus, solvent, frequencyMHz, peaks, referenceLine } = output;
  const strongest = peaks.find(({ intensity }) => intensity === 1);
  return {
    nucleus,
    solvent,
    frequencyMHz,
    peaks: peaks.length,
    strongestPpm: strongest?.ppm ?? null,
    referenceLine,
  };
}

/**
 * The page that shows a spectrum and its peaks; each task has one of its own.
 */
export function reportOf(
  { file, taskId }: { readonly file: string; readonly taskId: number },
  picture: string,
  { peaks, nucleus }: ReduceOutput,
): SummaryPlots {
  return {
    displayName: `nmr/task ${taskId}/${pageName(file)}`,
    figures: {
      Spectrum: picture,
      ...(peaks.length === 0 ? {} : { Peaks: peakTable(peaks, nucleus) }),
    },
  };
}
