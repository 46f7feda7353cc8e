import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { RunstateError } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';
import type { PlannedReport } from './plan-reports.ts';
import { nameError, reportFile } from './report-name.ts';

/** Whether a write is still wanted; asked before the page takes its name. */
export type IsWanted = () => boolean;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/**
 * Makes the folders of a report, one inside the other. Each is looked at as it really is: what is
 * there already may be a link, and one that leads out of the results directory is not followed.
 */
async function openFolder(resultsDirectory: string, report: PlannedReport): Promise<string> {
  await mkdir(resultsDirectory, { recursive: true });
  const root = await realpath(resultsDirectory);
  let folder = root;
  for (const part of report.parts) {
    const next = join(folder, part);
    await makeFolder(next);
    folder = await realpath(next);
    if (folder !== root && !folder.startsWith(root.endsWith(sep) ? root : root + sep)) {
      const problem = `leads out of the results directory: ${next} is a link to ${folder}`;
      throw nameError(report.name, problem);
    }
  }
  return folder;
}

/**
 * Writes a report's page so that a reader finds the old page or the new one, never half of one, also
 * after a crash: to a file of its own in the same folder, which then takes the page's name.
 *
 * @throws {@link RunstateError} `REPORT_WRITE_FAILED`; `REPORT_NAME_INVALID` for a name that leads
 *   out of the results directory through a link
 */
export async function writeReport(
  resultsDirectory: string,
  report: PlannedReport,
  html: string,
  isWanted: IsWanted,
): Promise<void> {
  try {
    const folder = await openFolder(resultsDirectory, report);
    await replaceFile(join(folder, reportFile), html, isWanted);
  } catch (cause) {
    if (cause instanceof RunstateError) throw cause;
    const problem = messageOf(cause);
    throw new RunstateError('REPORT_WRITE_FAILED', [report.name, report.path, problem], { cause });
  }
}

async function replaceFile(path: string, text: string, isWanted: IsWanted): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx', flush: true });
    if (isWanted()) await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
