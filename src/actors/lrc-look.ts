import { DevFailed } from '../kernel/device-errors.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';
import { lrcLists, readList, readStatusList } from '../streams/lrc-records.ts';
import type { LrcRecord } from '../streams/lrc-records.ts';
import { textsOf } from '../streams/lrc-updates.ts';
import { madeAt, parseTaskStatus, parseText } from '../streams/lrc-words.ts';

/** A queue that was full leaves its refused commands in STAGING for ever; older ones are ghosts. */
const ghostAfterMs = 10_000;

/** Clocks of device and engine may differ a little. */
const clockSkewMs = 1_000;

/** Whether a command made at a moment of the device's clock may have been sent since one of ours. */
export const isSince = (at: number | null, since: number): boolean =>
  at === null || at >= since - clockSkewMs;

/** Reads what a device tells of its commands, without being told by events. */
export class LrcLook {
  readonly #device: DeviceProxy;
  readonly #timeoutMs: number;

  constructor(device: DeviceProxy, timeoutMs: number) {
    this.#device = device;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Every command that the device lists. The lists are read in the order in which commands pass
   * through them, so that none slips through between two reads.
   */
  async records(): Promise<readonly LrcRecord[]> {
    const records: LrcRecord[] = [];
    try {
      for (const { attribute, status } of lrcLists) {
        records.push(...readList(await this.#read(attribute), status));
      }
      return records;
    } catch (error) {
      if (!(error instanceof DevFailed)) throw error;
    }
    // Devices before version 2 have no such lists.
    const statuses = readStatusList(await this.#read('longRunningCommandStatus'));
    const [id = '', text = ''] = textsOf(await this.#read('longRunningCommandResult'));
    return statuses.map((record) =>
      record.id === id
        ? { ...record, update: { ...record.update, result: parseText(text) } }
        : record,
    );
  }

  /** The status of one command; `NOT_FOUND` when the device does not know it, null when it cannot be asked. */
  async status(id: string): Promise<LrcTaskStatus | null> {
    try {
      const answer = await this.#device.command('CheckLongRunningCommandStatus', id, {
        timeoutMs: this.#timeoutMs,
      });
      return parseTaskStatus(Array.isArray(answer) ? answer[0] : answer);
    } catch (error) {
      if (error instanceof DevFailed) return null;
      throw error;
    }
  }

  /** The ids that are live on the device beside one of ours, at a moment. */
  async others(id: string | null, now: number): Promise<readonly string[]> {
    const records = await this.records();
    // One that moved between two reads is in both lists: the later one counts.
    const latest = new Map(records.map((record) => [record.id, record.update.status]));
    const live = [...latest].filter(
      ([other, status]) =>
        other !== id && status !== undefined && status <= LrcTaskStatus.IN_PROGRESS,
    );
    if (live.length === 0) return [];
    const staged = await this.#staged();
    const isGhost = (other: string): boolean =>
      staged.has(other) && now - (madeAt(other) ?? now) > ghostAfterMs;
    return live.map(([other]) => other).filter((other) => !isGhost(other));
  }

  /** The ids that a command sent since a moment may have become. */
  async candidates(name: string, since: number): Promise<readonly string[]> {
    const wanted = name.toLowerCase();
    const records = await this.records();
    const found = records.filter(
      ({ name: each, at }) => each.toLowerCase() === wanted && isSince(at, since),
    );
    return [...new Set(found.map(({ id }) => id))];
  }

  async #staged(): Promise<ReadonlySet<string>> {
    try {
      const records = readStatusList(await this.#read('longRunningCommandStatus'));
      const staged = records.filter(({ update }) => update.status === LrcTaskStatus.STAGING);
      return new Set(staged.map(({ id }) => id));
    } catch (error) {
      if (error instanceof DevFailed) return new Set();
      throw error;
    }
  }

  async #read(attribute: string): Promise<unknown> {
    const { value } = await this.#device.read(attribute, { timeoutMs: this.#timeoutMs });
    return value;
  }
}
