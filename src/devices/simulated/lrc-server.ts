import { messageOf } from '../../kernel/task-error.ts';
import { LrcTaskStatus, ResultCode } from '../../kernel/task-state.ts';
import type { LongRunningWork, SimulatedLongRunning } from './definition.ts';
import { LrcBoard } from './lrc-board.ts';
import type { LrcUpdate, Publish } from './lrc-board.ts';
import { hasEnded, nameOfStatus } from './lrc-records.ts';
import type { LrcRecord } from './lrc-records.ts';
import { SimulatedJob } from './simulated-job.ts';
import type { Simulation } from './simulation.ts';

interface Waiting {
  readonly record: LrcRecord;
  readonly work: SimulatedLongRunning;
  readonly args: unknown;
}

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;

const abortText = 'Command has been aborted';

const abortWork: SimulatedLongRunning = { run: () => [ResultCode.OK, 'Abort completed OK'] };

const asWork = (given: LongRunningWork | SimulatedLongRunning): SimulatedLongRunning =>
  typeof given === 'function' ? { run: given } : given;

/**
 * Runs the long-running commands of a simulated device as a SKA device does: one after the other from
 * a queue, `Abort` beside them, and every change told on the board of both protocol versions.
 */
export class LrcServer {
  readonly #device: Simulation;
  readonly #board: LrcBoard;
  readonly #works = new Map<
    string,
    { readonly name: string; readonly work: SimulatedLongRunning }
  >();
  readonly #queue: Waiting[] = [];
  readonly #jobs = new Map<string, { readonly job: SimulatedJob; readonly isBeside: boolean }>();
  #issued = 0;
  #isAborting = false;

  constructor(device: Simulation, publish: Publish) {
    this.#device = device;
    this.#board = new LrcBoard(device, publish);
    for (const [name, given] of Object.entries(device.definition.longRunning ?? {})) {
      this.#works.set(name.toLowerCase(), { name, work: asWork(given) });
    }
  }

  /** The commands that every device with long-running commands has. */
  get commands(): readonly string[] {
    return this.#works.size === 0 ? [] : ['Abort', 'CheckLongRunningCommandStatus'];
  }

  attributes(): readonly (readonly [string, unknown])[] {
    return this.#works.size === 0 ? [] : this.#board.attributes();
  }

  /** The reply to a command of the protocol; null when the command is none. */
  answer(name: string, args: unknown): unknown {
    if (this.#works.size === 0) return null;
    const key = name.toLowerCase();
    const found = this.#works.get(key);
    if (found !== undefined) return this.#submit(found.name, found.work, args);
    if (key === 'abort') return this.#abort();
    return key === 'checklongrunningcommandstatus' ? this.#check(String(args)) : null;
  }

  job(command?: string): SimulatedJob | undefined {
    const jobs = [...this.#jobs.values()].filter(({ isBeside }) => !isBeside);
    return jobs.find(({ job }) => command === undefined || job.command === command)?.job;
  }

  /** The device is switched off: nothing is told any more. */
  stop(): void {
    this.#queue.length = 0;
    for (const { job } of this.#jobs.values()) job.stop('The device was switched off');
    this.#board.stop();
  }

  #submit(command: string, work: SimulatedLongRunning, args: unknown): unknown {
    const { maxQueued = 32, quirks } = this.#device.definition;
    const isFull = this.#queue.length >= maxQueued && work.isBeside !== true;
    if (isFull) {
      if (quirks?.ghosts === true) this.#board.add(this.#newRecord(command));
      const text = `Input queue supports a maximum of ${maxQueued} commands`;
      return this.#reply(ResultCode.REJECTED, text);
    }
    const record = this.#newRecord(command);
    this.#board.add(record);
    if (this.#isAborting && work.isBeside !== true) {
      this.#end(record, REJECTED, [ResultCode.REJECTED, 'Queue is being aborted']);
      return this.#reply(ResultCode.REJECTED, 'Queue is being aborted');
    }
    if (work.isBeside === true) {
      this.#start({ record, work, args });
      return this.#reply(ResultCode.STARTED, record.id);
    }
    this.#tell(record, { status: QUEUED });
    this.#queue.push({ record, work, args });
    this.#next();
    return this.#reply(ResultCode.QUEUED, record.id);
  }

  /** Ends every client's commands: those that wait at once, those at work when their code has heard. */
  #abort(): unknown {
    const record = this.#newRecord('Abort');
    this.#board.add(record);
    this.#isAborting = true;
    for (const { record: waiting } of this.#queue.splice(0)) {
      this.#end(waiting, ABORTED, [ResultCode.ABORTED, abortText]);
    }
    const running = [...this.#jobs.values()].filter(({ isBeside }) => !isBeside);
    for (const { job } of running) job.stop(abortText);
    this.#start({ record, work: abortWork, args: null }, this.#idle());
    return this.#reply(ResultCode.STARTED, record.id);
  }

  #check(id: string): string {
    const record = this.#board.find(id);
    return record === undefined ? 'NOT_FOUND' : nameOfStatus(record.status);
  }

  /** Takes the next one from the queue, soon: the reply to it goes first. */
  #next(): void {
    queueMicrotask(() => {
      const isBusy = [...this.#jobs.values()].some(({ isBeside }) => !isBeside);
      if (isBusy) return;
      const next = this.#queue.shift();
      if (next !== undefined && !this.#isRefused(next)) this.#start(next);
    });
  }

  #isRefused({ record, work }: Waiting): boolean {
    try {
      if (work.isAllowed === undefined || work.isAllowed(this.#device)) return false;
      this.#end(record, REJECTED, [ResultCode.NOT_ALLOWED, 'Command is not allowed']);
    } catch (error) {
      const text = `Exception from 'is_cmd_allowed' method: ${messageOf(error)}`;
      this.#end(record, REJECTED, [ResultCode.REJECTED, text]);
    }
    this.#next();
    return true;
  }

  #start({ record, work, args }: Waiting, first: Promise<void> = Promise.resolve()): void {
    const { id, command } = record;
    const job = new SimulatedJob({ id, command, args }, this.#device.clock, (percent) => {
      if (!hasEnded(record)) this.#tell(record, { progress: Math.trunc(percent) });
    });
    const isBeside = work.isBeside === true || command === 'Abort';
    this.#jobs.set(id, { job, isBeside });
    record.startedAt = this.#device.clock.now();
    this.#tell(record, { status: IN_PROGRESS });
    void this.#run(record, job, first, work).finally(() => {
      this.#jobs.delete(id);
      if (command === 'Abort') this.#isAborting = false;
      this.#settled?.();
      this.#next();
    });
  }

  async #run(
    record: LrcRecord,
    job: SimulatedJob,
    first: Promise<void>,
    work: SimulatedLongRunning,
  ): Promise<void> {
    await first;
    try {
      const result = await work.run(job, this.#device);
      this.#end(record, COMPLETED, result ?? [ResultCode.OK, `${job.command} completed OK`]);
    } catch (error) {
      if (job.signal.aborted) {
        this.#end(record, ABORTED, [ResultCode.ABORTED, messageOf(job.signal.reason)]);
        return;
      }
      const text = `Unhandled exception during execution: ${messageOf(error)}`;
      this.#end(record, FAILED, [ResultCode.FAILED, text]);
    }
  }

  #settled: (() => void) | null = null;

  /** Resolves when none but `Abort` itself is at work. */
  async #idle(): Promise<void> {
    const isBusy = (): boolean => [...this.#jobs.values()].some(({ isBeside }) => !isBeside);
    while (isBusy()) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
  }

  #end(record: LrcRecord, status: LrcTaskStatus, result: unknown): void {
    const { endsTwice, resultAsText } = this.#device.definition.quirks ?? {};
    const told = resultAsText === true && Array.isArray(result) ? String(result[1]) : result;
    record.finishedAt = this.#device.clock.now();
    record.result = JSON.stringify(told);
    this.#tell(record, { status, result: told });
    if (endsTwice === true) this.#tell(record, { status, result: told });
  }

  #tell(record: LrcRecord, update: LrcUpdate): void {
    if (update.status !== undefined) record.status = update.status;
    if (update.progress !== undefined) record.progress = update.progress;
    this.#board.tell(record, update);
  }

  #newRecord(command: string): LrcRecord {
    this.#issued += 1;
    const seconds = (this.#device.clock.now() / 1000).toFixed(6);
    return {
      id: `${seconds}_${100_000_000 + this.#issued}_${command}`,
      command,
      status: STAGING,
      progress: null,
      result: null,
      startedAt: null,
      finishedAt: null,
    };
  }

  #reply(code: ResultCode, text: string): unknown {
    return this.#device.definition.quirks?.codesAsText === true
      ? [String(code), text]
      : [[code], [text]];
  }
}
