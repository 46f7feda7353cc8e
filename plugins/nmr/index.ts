import { definePlugin } from '../../src/plugin.ts';
import { reduceFile } from './reduce-file.ts';
import { reportOf, summaryOf } from './report.ts';
import { reduceInput, reduceOutput } from './schema.ts';

/**
 * Reduces a JEOL NMR file: reads the FID, transforms, phases, corrects the baseline, references,
 * picks the peaks, and draws the spectrum. The payload is a report that shows it.
 */
export const reduce = definePlugin({
  name: 'nmr.reduce',
  description: 'Reduces a one-dimensional JEOL NMR file to a list of peaks and a picture.',
  input: reduceInput,
  output: reduceOutput,
  effect: 'idempotent',
  runner: 'thread',
  module: import.meta.url,
  process: async (context) => {
    const { input, id: taskId } = context;
    let picture = '';
    const output = await reduceFile(input, {
      signal: context.signal,
      progress: (percent, message) => context.progress(percent, message),
      warn: (message) => context.log.warning(message),
      drawn: (svg) => {
        picture = svg;
      },
      pausePoint: () => context.pausePoint(),
    });
    context.summary(summaryOf(output));
    context.payload(reportOf({ file: input.file, taskId }, picture, output));
    return output;
  },
});
