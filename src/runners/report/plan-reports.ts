import { join } from 'node:path';
import { isSummaryPlots } from '../../wire/summary-plots.ts';
import type { SummaryPlots } from '../../wire/summary-plots.ts';
import { nameError, reportFile, reportParts } from './report-name.ts';

/** A report that is to be written. */
export interface PlannedReport {
  readonly name: string;
  /** The name's parts: one folder each, under the results directory. */
  readonly parts: readonly string[];
  /** The absolute path that the page will have. */
  readonly path: string;
  readonly figures: SummaryPlots['figures'];
}

/** Whether a payload is a report, or a list with reports in it. */
export const holdsReports = (value: unknown): boolean =>
  isSummaryPlots(value) || (Array.isArray(value) && value.some(isSummaryPlots));

/** A value with each report in it replaced by the path of its page, and what is to be written. */
export interface ReportPlan {
  readonly value: unknown;
  readonly reports: readonly PlannedReport[];
}

function planOne({ displayName, figures }: SummaryPlots, resultsDirectory: string): PlannedReport {
  const parts = reportParts(displayName);
  const path = join(resultsDirectory, ...parts, reportFile);
  return { name: displayName, parts, path, figures };
}

/** Two reports of one name would be one page; not every file system tells case apart. */
function assertDistinct(reports: readonly PlannedReport[]): void {
  const names = new Set<string>();
  for (const { name } of reports) {
    if (names.has(name.toLowerCase())) throw nameError(name, 'was given twice in one list');
    names.add(name.toLowerCase());
  }
}

/**
 * Finds the reports of a payload: the payload itself, or parts of a list.
 *
 * @throws {@link RunstateError} `REPORT_NAME_INVALID`
 */
export function planReports(value: unknown, resultsDirectory: string): ReportPlan {
  if (isSummaryPlots(value)) {
    const report = planOne(value, resultsDirectory);
    return { value: report.path, reports: [report] };
  }
  if (!Array.isArray(value) || !holdsReports(value)) return { value, reports: [] };
  const reports: PlannedReport[] = [];
  const parts = value.map((part: unknown) => {
    if (!isSummaryPlots(part)) return part;
    const report = planOne(part, resultsDirectory);
    reports.push(report);
    return report.path;
  });
  assertDistinct(reports);
  return { value: parts, reports };
}
