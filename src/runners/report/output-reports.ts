import type { DefinedPlugin } from '../../wire/plugin.ts';
import { parseOutput } from '../../wire/validation.ts';
import { planReports } from './plan-reports.ts';
import type { PlannedReport } from './plan-reports.ts';

/** A checked output, and the reports that it names. */
export interface OutputWithReports {
  readonly output: unknown;
  readonly reports: readonly PlannedReport[];
}

/**
 * Checks what `process` returned, with each report in it replaced by the path of its page. A plugin
 * whose output schema takes no path there, but takes the value as it is, means it as data.
 *
 * @throws {@link RunstateError} `INVALID_OUTPUT`, `NOT_STORABLE`, `REPORT_NAME_INVALID`
 */
export function readOutput(
  plugin: DefinedPlugin,
  value: unknown,
  resultsDirectory: string,
): OutputWithReports {
  try {
    const plan = planReports(value, resultsDirectory);
    return { output: parseOutput(plugin, plan.value), reports: plan.reports };
  } catch (error) {
    return { output: outputAsGiven(plugin, value, error), reports: [] };
  }
}

function outputAsGiven(plugin: DefinedPlugin, value: unknown, error: unknown): unknown {
  if (plugin.output === null) throw error;
  try {
    return parseOutput(plugin, value);
  } catch {
    throw error;
  }
}
