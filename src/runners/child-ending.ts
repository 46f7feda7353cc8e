import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';

/** How many lines of standard error are kept. */
const lastLines = 20;

/** What is known of why a child ended, gathered while it lives. */
export class ChildEnding {
  /** Why it was ended from here; null when it was not. */
  killedBecause: string | null = null;
  /** What it did that no child may do; it is not listened to any more. */
  offence: string | null = null;
  /** What its code threw where nobody caught it. */
  crash: unknown = null;
  readonly #lastWords: string[] = [];

  noteError(line: string): void {
    this.#lastWords.push(line);
    if (this.#lastWords.length > lastLines) this.#lastWords.shift();
  }

  /** Says why, for a child that went the `way` of an exit code or a signal. */
  toError(way: string, isMidMessage: boolean): RunstateError {
    if (this.offence !== null) return lostChild(`${this.offence}; ended by ${way}`);
    if (this.killedBecause !== null) return lostChild(`${this.killedBecause} (${way})`);
    if (isMidMessage) return lostChild(`${way}, in the middle of a message`);
    if (this.crash !== null) return lostChild(`${way}: ${messageOf(this.crash)}`, this.crash);
    if (way === 'exit code 0') return lostChild(`${way}, before the attempt had ended`);
    const words = this.#lastWords.join('\n');
    return words === '' ? lostChild(way) : lostChild(way, new Error(words));
  }
}

/** The error of an attempt whose child is gone. */
export function lostChild(how: string, cause?: unknown): RunstateError {
  const options = cause === undefined ? {} : { cause };
  return new RunstateError('RUNNER_LOST', ['child process', how], options);
}
