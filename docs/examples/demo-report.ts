import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import type { TaskHandle, TaskResult } from 'runstate';

/** What the demo reads of the output of `nmr.reduce`. */
export interface Spectrum {
  readonly svg: string;
  readonly peaks: readonly {
    readonly ppm: number;
    readonly intensity: number;
    readonly widthHz: number;
  }[];
}

const plain = { head: [], border: [], compact: true };
const strongest = 8;

/** A progress bar for each task it follows, on a terminal; a line for each step elsewhere. */
export class ProgressBars {
  readonly #bars = new MultiBar({
    format: '{bar} {percentage} %  {name}  {message}',
    stream: process.stderr,
    hideCursor: true,
  });

  follow(handle: TaskHandle): void {
    const bar: SingleBar | null = process.stderr.isTTY
      ? this.#bars.create(100, 0, { name: handle.name, message: '' })
      : null;
    handle.events$.subscribe((event) => {
      if (event.type !== 'progress') return;
      const { percent, message = '' } = event;
      if (bar === null) {
        process.stderr.write(`${handle.name}  ${Math.round(percent)} %  ${message}\n`);
      } else bar.update(Math.round(percent), { message });
    });
  }

  stop(): void {
    this.#bars.stop();
  }
}

/** The tasks with how they ended, their attempts and their times. */
export function taskTable(handles: readonly TaskHandle[], results: readonly TaskResult[]): string {
  const table = new Table({
    head: ['task', 'name', 'plugin', 'status', 'attempts', 'time (ms)', 'error'],
    style: plain,
  });
  for (const [
    index,
    { taskId, taskName, taskStatus, attempts, times, error },
  ] of results.entries()) {
    const tookMs = times.endedAt - (times.startedAt ?? times.submittedAt);
    const name = handles[index]?.name ?? '';
    table.push([taskId, name, taskName, taskStatus, attempts, tookMs, error?.message ?? '']);
  }
  return table.toString();
}

/** The strongest peaks of a spectrum. */
export function peakTable({ peaks }: Spectrum): string {
  const table = new Table({
    head: ['δ (ppm)', 'intensity', 'width (Hz)'],
    colAligns: ['right', 'right', 'right'],
    style: plain,
  });
  const sorted = peaks.toSorted((a, b) => b.intensity - a.intensity).slice(0, strongest);
  for (const { ppm, intensity, widthHz } of sorted) {
    table.push([ppm.toFixed(2), intensity.toFixed(3), widthHz.toFixed(1)]);
  }
  return table.toString();
}
