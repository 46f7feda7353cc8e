import { deferred } from '../../kernel/deferred.ts';
import { RunstateError } from '../../kernel/errors.ts';
import type { DeviceDriver, DeviceLink } from '../driver.ts';
import { SimSession } from './sim-call.ts';
import type { SimCall, SimEvent } from './sim-call.ts';
import { ChannelBroken, SimulatedLink } from './simulated-link.ts';
import type { SimChannel } from './simulated-link.ts';
import type { Simulation } from './simulation.ts';

/** Reaches a simulated device in the same process. */
export class LocalDriver implements DeviceDriver {
  readonly name: string;
  readonly backoff = { baseMs: 100, maxMs: 120_000 };
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.name = simulation.name;
  }

  async connect(): Promise<DeviceLink> {
    if (this.#simulation.faults.isAway) {
      throw new RunstateError('DEVICE_UNREACHABLE', [this.name, 'it is away']);
    }
    return new SimulatedLink(this.name, new LocalChannel(this.#simulation), this.#simulation.clock);
  }
}

class LocalChannel implements SimChannel {
  readonly #simulation: Simulation;
  readonly #session: SimSession;
  readonly #closed = deferred<Error | null>();
  readonly #pending = new Set<(error: Error) => void>();
  readonly #forget: () => void;
  #handle: (event: SimEvent) => void = () => {};
  #isOpen = true;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#session = new SimSession(simulation, (event) => this.#handle(event));
    this.#forget = simulation.faults.onBreak((error) => this.#end(error));
  }

  get closed(): Promise<Error | null> {
    return this.#closed.promise;
  }

  onEvent(handle: (event: SimEvent) => void): void {
    this.#handle = handle;
  }

  request(call: SimCall): Promise<unknown> {
    if (!this.#isOpen) return Promise.reject(new ChannelBroken('the connection is gone', false));
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      this.#carryOut(call)
        .then(resolve, reject)
        .finally(() => this.#pending.delete(reject));
    });
  }

  close(): void {
    this.#end(null);
  }

  async #carryOut(call: SimCall): Promise<unknown> {
    const { faults, clock } = this.#simulation;
    const fate = call.call === 'command' ? faults.fateOf(call.name) : 'answered';
    if (fate === 'lostBefore') {
      faults.disconnect();
      return undefined;
    }
    try {
      return await this.#session.answer(call);
    } finally {
      if (fate === 'lostAfter') faults.disconnect();
      else if (faults.replyDelayMs > 0) {
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, faults.replyDelayMs);
        });
      }
    }
  }

  #end(error: Error | null): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#forget();
    this.#session.end();
    const broken = new ChannelBroken(error?.message ?? 'the connection was closed', true);
    for (const reject of this.#pending) reject(broken);
    this.#closed.resolve(error);
  }
}
