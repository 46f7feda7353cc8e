import { systemClock } from '../../kernel/clock.ts';
import { deferred } from '../../kernel/deferred.ts';
import type { Deferred } from '../../kernel/deferred.ts';
import { drawReport } from './draw-report.ts';
import type { CleanText } from './drawn-figure.ts';
import type { PlannedReport } from './plan-reports.ts';
import { reportPage } from './report-page.ts';
import type { PageFigure, ReportOrigin } from './report-page.ts';
import { writeReport } from './write-report.ts';

/** What was given between two moments at which all was given up. */
interface Batch {
  isWanted: boolean;
  readonly givenUp: Deferred<void>;
}

/** A report whose figures are being drawn. */
interface DrawnReport {
  readonly report: PlannedReport;
  readonly figures: Promise<readonly PageFigure[]>;
}

/**
 * Writes the reports of one attempt, in the order in which they were given. A phase ends when those
 * given so far are written; the first that could not be fails it.
 */
export class ReportDesk {
  readonly #resultsDirectory: string;
  readonly #origin: ReportOrigin;
  readonly #cleaned: CleanText;
  #batch: Batch = newBatch();
  /** Resolves when all that was given is done with; null when it is. */
  #queue: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  /** `cleaned` takes out of the texts of figures what nobody is to read. */
  constructor(resultsDirectory: string, origin: ReportOrigin, cleaned: CleanText) {
    this.#resultsDirectory = resultsDirectory;
    this.#origin = origin;
    this.#cleaned = cleaned;
  }

  /**
   * Writes reports and then calls `done`, each in its turn: at once when there is nothing to wait for,
   * never when they could not be written or were given up.
   */
  write(reports: readonly PlannedReport[], done: () => void): void {
    if (this.#queue === null && reports.length === 0) return done();
    const batch = this.#batch;
    const drawn = reports.map((report) => ({
      report,
      figures: handled(drawReport(report, this.#cleaned)),
    }));
    const queue = this.#writeAll(this.#queue, drawn, batch, done).then(() => {
      if (this.#queue === queue) this.#queue = null;
    });
    this.#queue = queue;
  }

  /**
   * Settles with what was given so far, or at once when that is given up; null when there is nothing
   * to wait for and nothing has failed. A failure is told once.
   */
  settled(): Promise<void> | null {
    if (this.#queue === null && this.#failure === null) return null;
    const settled = Promise.race([this.#queue, this.#batch.givenUp.promise]);
    return settled.then(() => {
      const failure = this.#failure;
      this.#failure = null;
      if (failure !== null) throw failure.error;
    });
  }

  /** Waits for nothing that was given so far; a page that is not written by now stays as it was. */
  giveUp(reason: Error): void {
    if (this.#queue === null) return;
    this.#failure ??= { error: reason };
    this.#queue = null;
    this.#batch.isWanted = false;
    this.#batch.givenUp.resolve();
    this.#batch = newBatch();
  }

  async #writeAll(
    before: Promise<void> | null,
    drawn: readonly DrawnReport[],
    batch: Batch,
    done: () => void,
  ): Promise<void> {
    try {
      await before;
      for (const { report, figures } of drawn) await this.#write(report, await figures, batch);
      if (batch.isWanted) done();
    } catch (error) {
      if (batch.isWanted) this.#failure ??= { error };
    }
  }

  #write(report: PlannedReport, figures: readonly PageFigure[], batch: Batch): Promise<void> {
    const { parts } = report;
    const html = reportPage({ parts, figures, origin: this.#origin, at: systemClock.now() });
    return writeReport(this.#resultsDirectory, report, html, () => batch.isWanted);
  }
}

const newBatch = (): Batch => ({ isWanted: true, givenUp: deferred() });

/** It is awaited later: that nobody sees it until then must not end the process. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
