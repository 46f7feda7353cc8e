/**
 * The demo: three real spectra reduced in worker threads, a task that succeeds at its third attempt,
 * one that is cancelled, and a background task beside them. Run it with `npm run demo`.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine } from 'runstate';
import { endless, flaky } from './demo-plugins.ts';
import { peakTable, ProgressBars, taskTable } from './demo-report.ts';
import type { Spectrum } from './demo-report.ts';

const spectra = [
  { file: 'rutin-1h-dmso.jdf', referencePpm: 2.5 },
  { file: 'rutin-13c-dmso.jdf', referencePpm: 39.52 },
  { file: 'fluorine.jdf' },
];
const pluginDirectory = fileURLToPath(new URL('../../dist/plugins', import.meta.url));
const dataDirectory = new URL('../../plugins/nmr/data/', import.meta.url);

const engine = createEngine({ plugins: [pluginDirectory] });
await engine.start();

let readings = 0;
const monitor = engine.background(
  () => {
    readings += 1;
  },
  { name: 'monitor', frequencyHz: 20 },
);

const bars = new ProgressBars();
const reductions = spectra.map(({ file, ...options }) => {
  const path = fileURLToPath(new URL(file, dataDirectory));
  const handle = engine.submit('nmr.reduce', { file: path, ...options }, { name: file });
  bars.follow(handle);
  return handle;
});

const retried = engine.submit(flaky, {}, { name: 'fails twice' });
const cancelled = engine.submit(endless, {}, { name: 'never ends' });
cancelled.events$.subscribe((event) => {
  if (event.type !== 'status' || event.state !== 'running') return;
  void cancelled.cancel({ reason: 'shown in the demo', by: { who: 'demo', via: 'library' } });
});

const handles = [...reductions, retried, cancelled];
const results = await Promise.all(handles.map((handle) => handle.result()));
bars.stop();
await monitor.stop();

console.log(taskTable(handles, results));
for (const handle of reductions) {
  const spectrum = (await handle.output()) as Spectrum;
  console.log(`\n${handle.name}, strongest peaks:`);
  console.log(peakTable(spectrum));
  console.log(`drawn in ${relative(process.cwd(), spectrum.svg)}`);
  const { payload: report } = await handle.result();
  console.log(`report in ${relative(process.cwd(), String(report))}`);
}
console.log(`\nThe background task \`monitor\` read ${readings} times at 20 Hz meanwhile.`);
await engine.close();
