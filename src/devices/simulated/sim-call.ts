import type { AttributeValue } from '../../kernel/device-proxy.ts';
import type { Simulation } from './simulation.ts';

/** A call of a simulated device, in the same process or as a line of JSON. */
export type SimCall =
  | { readonly call: 'command'; readonly name: string; readonly args: unknown }
  | { readonly call: 'read'; readonly name: string }
  | { readonly call: 'write'; readonly name: string; readonly value: unknown }
  | { readonly call: 'listen'; readonly name: string; readonly subscription: number }
  | { readonly call: 'unlisten'; readonly subscription: number }
  | { readonly call: 'info' };

/** An event of a subscription: a value, or the error in its place. */
export interface SimEvent {
  readonly subscription: number;
  readonly value?: AttributeValue;
  readonly error?: unknown;
}

/** One client of a simulated device: its subscriptions end with it. */
export class SimSession {
  readonly #simulation: Simulation;
  readonly #onEvent: (event: SimEvent) => void;
  readonly #subscriptions = new Map<number, () => void>();

  constructor(simulation: Simulation, onEvent: (event: SimEvent) => void) {
    this.#simulation = simulation;
    this.#onEvent = onEvent;
  }

  /** Carries a call out; rejects with what the device refuses it with. */
  async answer(call: SimCall): Promise<unknown> {
    switch (call.call) {
      case 'command':
        return this.#simulation.command(call.name, call.args);
      case 'read':
        return this.#simulation.read(call.name);
      case 'write':
        return this.#simulation.write(call.name, call.value);
      case 'listen':
        return this.#listen(call.name, call.subscription);
      case 'unlisten':
        return this.#unlisten(call.subscription);
      case 'info':
        return this.#simulation.info();
    }
  }

  end(): void {
    for (const leave of this.#subscriptions.values()) leave();
    this.#subscriptions.clear();
  }

  #listen(name: string, subscription: number): void {
    this.#unlisten(subscription);
    const leave = this.#simulation.listen(name, (told) => {
      if (told instanceof Error) this.#onEvent({ subscription, error: told });
      else this.#onEvent({ subscription, value: told });
    });
    this.#subscriptions.set(subscription, leave);
  }

  #unlisten(subscription: number): void {
    this.#subscriptions.get(subscription)?.();
    this.#subscriptions.delete(subscription);
  }
}
