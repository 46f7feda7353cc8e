import { join, relative } from 'node:path';
import Table from 'cli-table3';
import type { CancelAnswer } from 'runstate';
import type { EngineNews, Spectrum } from './demo-words.ts';

type News<TType extends EngineNews['type']> = Extract<EngineNews, { type: TType }>;

const plain = { head: [], border: [], compact: true };
const strongest = 5;

/** Tells on standard output what happens, as it happens. */
export class Story {
  readonly #startedAt = Date.now();
  readonly #told = new Map<string, number>();

  say(text: string): void {
    console.log(text);
  }

  /** One thing that happens: who, and what. */
  tell(who: string, what: string): void {
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1).padStart(5);
    console.log(`${seconds} s  ${who.padEnd(14)}  ${what}`);
  }

  sample({ name, taskId }: News<'sample'>): void {
    this.tell(
      name,
      `job ${taskId}: SetTemperature beside LockAndShim, then Acquire, then nmr.reduce`,
    );
  }

  event({ task, event }: News<'event'>): void {
    switch (event.type) {
      case 'progress':
        return this.#progress(task, event.taskId, event.percent);
      case 'log':
        if (/^accepted as|reached/.test(event.message)) this.tell(task, event.message);
        return;
      case 'status':
        if (
          event.state === 'suspended' ||
          (event.state === 'running' && event.reason !== undefined)
        ) {
          this.tell(task, `${event.state}: ${event.reason ?? ''}`);
        }
        return;
      default:
        return;
    }
  }

  cancelled({ acknowledgedBy, elapsedMs, status }: CancelAnswer): void {
    this.tell('the answer', `${status}, acknowledged by the ${acknowledgedBy} in ${elapsedMs} ms`);
  }

  ended({ name, result, output, report }: News<'ended'>, folder: string): void {
    const { taskStatus, error } = result;
    this.tell(name, error === null ? taskStatus : `${taskStatus}: ${error.message}`);
    if (output === null) return;
    const spectrum = spectrumIn(output);
    if (spectrum === null) return;
    const peaks = spectrum.peaks
      .toSorted((a, b) => b.intensity - a.intensity)
      .slice(0, strongest)
      .map(({ ppm }) => ppm.toFixed(2));
    this.tell(name, `strongest lines at ${peaks.join(', ')} ppm`);
    this.tell(name, `drawn in ${relative(process.cwd(), join(folder, `${name}.svg`))}`);
    this.tell(name, `report in ${relative(process.cwd(), String(report))}`);
  }

  table(ends: readonly News<'ended'>[], scans: readonly number[]): void {
    const table = new Table({ head: ['sample', 'job', 'status', 'scans', 'why'], style: plain });
    for (const [index, { name, result }] of ends.entries()) {
      const { taskId, taskStatus, error } = result;
      table.push([name, taskId, taskStatus, scans[index] ?? '', error?.message ?? '']);
    }
    console.log(`\n${table.toString()}`);
  }

  /** A line for each quarter of a task. */
  #progress(task: string, taskId: number, percent: number): void {
    if (task !== 'acquire') return;
    const quarter = Math.floor(percent / 25);
    if (quarter <= (this.#told.get(`${taskId}`) ?? 0)) return;
    this.#told.set(`${taskId}`, quarter);
    this.tell(task, `${quarter * 25} %`);
  }
}

/** The output of the reduction, the last step of the job. */
function spectrumIn(output: unknown): Spectrum | null {
  const last: unknown = Array.isArray(output) ? output.at(-1) : null;
  return typeof last === 'object' && last !== null && 'peaks' in last ? (last as Spectrum) : null;
}
