import type { WatchedConditions } from './condition-watches.ts';
import type { JobPort } from './job-port.ts';
import type { JobStep } from './job-step.ts';

/**
 * Keeps steps back until their conditions are met: those that the job does itself, and several steps
 * together. A step that is a task has its conditions watched as any task has.
 */
export class JobGates {
  readonly #port: JobPort;
  readonly #tryAgain: (step: JobStep) => void;
  readonly #watched = new Map<JobStep, WatchedConditions>();

  constructor(port: JobPort, tryAgain: (step: JobStep) => void) {
    this.#port = port;
    this.#tryAgain = tryAgain;
  }

  /** Whether a step may start; one that may not is tried again when that may have changed. */
  isOpen(step: JobStep): boolean {
    const { requires = [], type } = step.plan.document;
    if (requires.length === 0 || type === 'command' || type === 'task') return true;
    let watched = this.#watched.get(step);
    if (watched === undefined) {
      watched = this.#port.watch(requires, () => this.#tryAgain(step));
      this.#watched.set(step, watched);
      const looking = watched.look();
      if (looking !== null) {
        void looking.finally(() => this.#tryAgain(step));
        return false;
      }
    }
    if (!watched.isMet) return false;
    this.leave(step);
    return true;
  }

  /** The step starts, or never will. */
  leave(step: JobStep): void {
    this.#watched.get(step)?.close();
    this.#watched.delete(step);
  }

  close(): void {
    for (const step of this.#watched.keys()) this.leave(step);
  }
}
