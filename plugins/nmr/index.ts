import { definePlugin } from '../../src/plugin.ts';
import { reduceFile } from './reduce-file.ts';
import { reduceInput, reduceOutput } from './schema.ts';

/**
 * Reduces a JEOL NMR file: reads the FID, transforms, phases, corrects the baseline, references,
 * picks the peaks, and draws the spectrum.
 */
export const reduce = definePlugin({
  name: 'nmr.reduce',
  description: 'Reduces a one-dimensional JEOL NMR file to a list of peaks and a picture.',
  input: reduceInput,
  output: reduceOutput,
  effect: 'idempotent',
  runner: 'thread',
  module: import.meta.url,
  process: (context) =>
    reduceFile(context.input, {
      signal: context.signal,
      progress: (percent, message) => context.progress(percent, message),
      warn: (message) => context.log.warning(message),
      pausePoint: () => context.pausePoint(),
    }),
});
