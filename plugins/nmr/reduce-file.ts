import { basename, extname, resolve } from 'node:path';
import { namePeaks } from './drawing/name-peaks.ts';
import { spectrumSvg } from './drawing/spectrum-svg.ts';
import { readJdf, type JdfFile } from './jdf/read-jdf.ts';
import { hertzPerPoint, ppmAt, type PpmAxis } from './processing/axis.ts';
import { pickLines } from './processing/pick-lines.ts';
import { findReference } from './processing/reference.ts';
import { findSolvent } from './processing/solvents.ts';
import { negativePart, toSpectrum } from './processing/spectrum.ts';
import type { Peak, ReduceInput, ReduceOutput } from './schema.ts';
import { writeWhole } from './write-whole.ts';

/**
 * What a reduction needs of its surroundings.
 */
export interface ReduceHooks {
  readonly signal: AbortSignal;
  progress(percent: number, message: string): void;
  warn(message: string): void;
  /** Takes the picture, which is also written to a file. */
  drawn?(picture: string): void;
  /** Waits at a place where the work may stand still. */
  pausePoint?(): Promise<void>;
}

/** How far the work has come when a step begins. */
const stepPercent = { transform: 15, phase: 30, baseline: 50 } as const;
/** Lines this strong count when the FID is judged to be cut off… */
const strongLine = 0.1;
/** …and are as narrow as the FID allows below this many inverse acquisition times. */
const cutOffWidth = 1.2;

/**
 * Reduces one file to a list of peaks and a picture.
 */
export async function reduceFile(input: ReduceInput, hooks: ReduceHooks): Promise<ReduceOutput> {
  const begin = async (percent: number, message: string): Promise<void> => {
    hooks.progress(percent, message);
    await hooks.pausePoint?.();
    // A turn of the event loop lets an abort that is already on its way arrive.
    await new Promise((done) => setImmediate(done));
    hooks.signal.throwIfAborted();
  };

  await begin(0, 'reading the file');
  const file = await readJdf(input.file, hooks.signal);

  const spectrum = await toSpectrum(file, input, (step) => begin(stepPercent[step], step));

  await begin(65, 'referencing');
  const { values, noise } = spectrum;
  const reference = findReference(values, {
    axis: spectrum.axis,
    noise,
    nucleus: file.nucleus,
    solvent: file.solvent,
    referencePpm: input.referencePpm,
  });
  const axis: PpmAxis = {
    ...spectrum.axis,
    offsetPpm: spectrum.axis.offsetPpm + reference.shiftPpm,
  };

  await begin(70, 'picking peaks');
  const lines = await pickLines(values, { noise, threshold: input.threshold });
  const strongest = lines.reduce((height, line) => Math.max(height, line.height), 0);
  const peaks: Peak[] = lines.map((line) => ({
    ppm: ppmAt(axis, line.index),
    intensity: line.height / strongest,
    widthHz: line.width * hertzPerPoint(axis),
  }));
  warnOfCutOff(file, input, peaks, hooks);
  if (peaks.length === 0) hooks.warn(`No line of ${input.file} rises out of the noise.`);

  await begin(90, 'drawing');
  const svg = resolve(input.svg ?? `${basename(input.file, extname(input.file))}.svg`);
  const unit = strongest > 0 ? strongest : Math.max(noise, Number.MIN_VALUE);
  const picture = spectrumSvg({
    values,
    strongest: unit,
    noise,
    axis,
    peaks: namePeaks(peaks, {
      nucleus: file.nucleus,
      solvent: file.solvent,
      solventPpm: reference.line === 'solvent' ? ppmAt(axis, reference.index) : undefined,
    }),
    fileName: basename(input.file),
    nucleus: file.nucleus,
    solvent: findSolvent(file.solvent)?.label ?? file.solvent,
  });
  hooks.signal.throwIfAborted();
  await writeWhole(svg, picture);
  hooks.drawn?.(picture);
  hooks.progress(100, 'done');

  return {
    peaks,
    nucleus: file.nucleus,
    frequencyMHz: file.frequencyMHz,
    solvent: file.solvent,
    referenceShiftPpm: reference.shiftPpm,
    referenceLine: reference.line,
    svg,
    points: spectrum.points,
    spectralWidthHz: file.spectralWidthHz,
    highPpm: ppmAt(axis, 0),
    lowPpm: ppmAt(axis, values.length - 1),
    groupDelayPoints: file.groupDelayPoints,
    phase: spectrum.phase,
    noise: noise / unit,
    negativeShare: negativePart(values),
  };
}

function warnOfCutOff(
  file: JdfFile,
  input: ReduceInput,
  peaks: readonly Peak[],
  hooks: ReduceHooks,
): void {
  const acquisitionS = file.fid.re.length / file.spectralWidthHz;
  const isCutOff = peaks.some(
    (peak) => peak.intensity >= strongLine && peak.widthHz < cutOffWidth / acquisitionS,
  );
  if (!isCutOff) return;
  hooks.warn(
    `Strong lines of ${input.file} outlast its acquisition time of ${acquisitionS.toFixed(2)} s: ` +
      `ripples at their feet may be listed as peaks. Give lineBroadeningHz of ` +
      `${Math.ceil(1 / acquisitionS)} or more.`,
  );
}
