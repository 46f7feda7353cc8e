import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { RunnerName } from '../kernel/plugin-traits.ts';
import type { Runner } from '../kernel/runner.ts';
import { inlineRunner } from '../runners/inline.ts';

type RunnerLoader = (ports: RunnerPorts) => Promise<Runner>;

interface RunnerPorts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How the runners that few programs use are loaded, when one is first used. */
const loaders: Readonly<Record<Exclude<RunnerName, 'inline'>, RunnerLoader>> = {
  thread: async (ports) => (await import('../runners/thread.ts')).threadRunner(ports),
  process: async ({ clock }) => (await import('../runners/process.ts')).processRunner({ clock }),
};

/** The engine's runners, each made once. */
export class RunnerRoom {
  readonly #ports: RunnerPorts;
  readonly #inline = inlineRunner();
  readonly #loading = new Map<RunnerName, Promise<Runner>>();
  readonly #loaded = new Map<RunnerName, Runner>([['inline', this.#inline]]);

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  /** The runner of that name; `load` has made it. */
  of(name: RunnerName): Runner {
    return this.#loaded.get(name) ?? this.#inline;
  }

  /** Makes a runner if there is none yet. */
  load(name: RunnerName): Promise<Runner> {
    if (name === 'inline') return Promise.resolve(this.#inline);
    const loading = this.#loading.get(name) ?? loaders[name](this.#ports);
    this.#loading.set(name, loading);
    return loading.then((runner) => {
      this.#loaded.set(name, runner);
      return runner;
    });
  }

  /** Ends every runner that was made. */
  async close(): Promise<void> {
    await Promise.all(this.#loading.values());
    await Promise.all([...this.#loaded.values()].map((runner) => runner.close()));
  }
}
