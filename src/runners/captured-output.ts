import type { LogLevel } from '../kernel/logger.ts';
import { LineSplitter } from './lines.ts';

/** Where a line was printed. */
export type OutputName = 'stdout' | 'stderr';

/** The level that a printed line is logged at. */
export const outputLevels = {
  stdout: 'info',
  stderr: 'warn',
} as const satisfies Record<OutputName, LogLevel>;

/**
 * Turns what the code of this thread or child prints into lines for whoever listens, so that
 * `console.log` of a plugin becomes a line of its task's log and never mixes with what the engine's
 * own process prints.
 *
 * Only what goes through `process.stdout` and `process.stderr` is seen; a write to descriptor 1
 * itself passes by. While nobody listens, lines go to standard error.
 */
export class CapturedOutput {
  onLine: ((from: OutputName, line: string) => void) | null = null;
  readonly #splitters: readonly LineSplitter[];

  constructor() {
    const writeError = process.stderr.write.bind(process.stderr);
    this.#splitters = (['stdout', 'stderr'] as const).map((name) => {
      const splitter = new LineSplitter((line) => {
        if (this.onLine === null) writeError(`${line}\n`);
        else this.onLine(name, line);
      });
      process[name].write = (
        chunk: string | Uint8Array,
        encodingOrDone?: unknown,
        done?: unknown,
      ): boolean => {
        splitter.push(typeof encodingOrDone === 'string' ? asText(chunk, encodingOrDone) : chunk);
        const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
        if (typeof callback === 'function') process.nextTick(callback);
        return true;
      };
      return splitter;
    });
  }

  /** Hands on the lines that have no end yet. */
  flush(): void {
    for (const splitter of this.#splitters) splitter.flush();
  }
}

const asText = (chunk: string | Uint8Array, encoding: string): string | Uint8Array =>
  typeof chunk === 'string' && Buffer.isEncoding(encoding) ? Buffer.from(chunk, encoding) : chunk;
