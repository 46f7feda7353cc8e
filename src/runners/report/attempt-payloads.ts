import type { Assignment } from '../../kernel/runner.ts';
import { isDefinedPlugin } from '../../wire/plugin.ts';
import type { DefinedPlugin } from '../../wire/plugin.ts';
import { scrubOf } from '../../wire/scrub.ts';
import type { Scrub } from '../../wire/scrub.ts';
import { secretsOf } from '../../wire/secret-fields.ts';
import { assertStorable } from '../../wire/validation.ts';
import { readOutput } from './output-reports.ts';
import { planReports } from './plan-reports.ts';
import type { PlannedReport } from './plan-reports.ts';
import { ReportDesk } from './report-desk.ts';

const nothing = (): void => {};

/** What an attempt gives as payloads and output, its reports written where it runs. */
export class AttemptPayloads {
  readonly #assignment: Assignment;
  readonly #tell: (payload: unknown) => void;
  /** Made for the first report: most attempts have none. */
  #desk: ReportDesk | null = null;
  /** Pages that were given as a payload of their own. */
  readonly #pages = new Set<string>();

  /** Each payload is told once it is what it is to be, in the order in which they were given. */
  constructor(assignment: Assignment, tell: (payload: unknown) => void) {
    this.#assignment = assignment;
    this.#tell = tell;
  }

  /** @throws {@link RunstateError} `NOT_STORABLE`, `REPORT_NAME_INVALID` */
  give(value: unknown): void {
    const { value: planned, reports } = planReports(value, this.#assignment.resultsDirectory);
    const payload = assertStorable(planned, 'payload');
    const isPage = reports.length === 1 && typeof payload === 'string';
    this.#write(reports, () => {
      if (!isPage || this.#isNew(payload)) this.#tell(payload);
    });
  }

  /**
   * What `process` returned, checked, each report in it as its path.
   *
   * @throws {@link RunstateError} `INVALID_OUTPUT`, `NOT_STORABLE`, `REPORT_NAME_INVALID`
   */
  readOutput(plugin: DefinedPlugin, value: unknown): unknown {
    const { resultsDirectory } = this.#assignment;
    const { output, reports } = readOutput(plugin, value, resultsDirectory);
    this.#write(reports, nothing);
    return output;
  }

  /** Settles when all that was given is written; null when there is nothing to wait for. */
  get written(): Promise<void> | null {
    return this.#desk?.settled() ?? null;
  }

  /** Waits for nothing that was given so far; a page that is not written by now stays as it was. */
  giveUp(reason: Error): void {
    this.#desk?.giveUp(reason);
  }

  #write(reports: readonly PlannedReport[], done: () => void): void {
    if (reports.length > 0) this.#desk ??= this.#openDesk();
    if (this.#desk === null) done();
    else this.#desk.write(reports, done);
  }

  #openDesk(): ReportDesk {
    const { taskId, attempt, plugin, resultsDirectory } = this.#assignment;
    const scrub = this.#scrub();
    return new ReportDesk(resultsDirectory, { taskId, attempt, plugin: plugin.name }, (text) =>
      scrub === null ? text : scrub.text(text),
    );
  }

  /** A page is read by people: the secrets of the input are taken out of it, as of a log. */
  #scrub(): Scrub | null {
    const { plugin, input } = this.#assignment;
    const { definition } = plugin;
    return isDefinedPlugin(definition) ? scrubOf(secretsOf(definition.input, input)) : null;
  }

  /** A page that is given again is drawn anew, and is still one payload. */
  #isNew(page: string): boolean {
    if (this.#pages.has(page)) return false;
    this.#pages.add(page);
    return true;
  }
}
