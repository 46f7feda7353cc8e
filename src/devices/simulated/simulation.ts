import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DevFailed } from '../../kernel/device-errors.ts';
import type {
  AttributeInfo,
  AttributeValue,
  CommandInfo,
  DeviceInfo,
} from '../../kernel/device-proxy.ts';
import { messageOf } from '../../kernel/task-error.ts';
import { assertDefinition } from './definition.ts';
import type { SimulatedAttribute, SimulatedDefinition } from './definition.ts';
import { SimulatedFaults } from './faults.ts';
import { LrcServer } from './lrc-server.ts';

/** Told of an attribute's events. */
export type SimulationListener = (value: AttributeValue | Error) => void;

interface Attribute {
  readonly name: string;
  readonly traits: SimulatedAttribute;
  value: unknown;
  at: number;
  readonly listeners: Set<SimulationListener>;
}

/** A refusal of the device, in TANGO's words. */
export const refusal = (reason: string, description: string, device: string): DevFailed =>
  new DevFailed([{ reason, description, severity: 'ERR', origin: device }]);

const isTraits = (value: unknown): value is SimulatedAttribute =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'value' in value;

/**
 * A simulated device at work: its attributes, its commands, and the long-running-command protocol. It
 * knows of no connection: drivers in the same process and servers hand calls to it.
 */
export class Simulation {
  readonly name: string;
  readonly definition: SimulatedDefinition;
  readonly clock: Clock;
  readonly faults = new SimulatedFaults();
  readonly #attributes = new Map<string, Attribute>();
  readonly #lrc: LrcServer;
  #state: string;

  /** @throws {@link RunstateError} `DEVICE_INVALID` */
  constructor(definition: SimulatedDefinition, clock: Clock = systemClock) {
    assertDefinition(definition);
    this.definition = definition;
    this.name = definition.name;
    this.clock = clock;
    this.#state = definition.state ?? 'ON';
    for (const [name, given] of Object.entries(definition.attributes ?? {})) {
      this.#define(name, isTraits(given) ? given : { value: given });
    }
    this.#lrc = new LrcServer(this, (name, value, isKept) => {
      if (isKept) this.#publish(name, value);
      else this.#tell(name, value);
    });
    for (const [name, value] of this.#lrc.attributes()) this.#define(name, { value });
  }

  /** The device's state, such as `ON`; setting it tells those who listen to `State`. */
  get state(): string {
    return this.#state;
  }

  set state(state: string) {
    this.#state = state;
    this.#tell('state', state);
  }

  /** The present value of an attribute, for the device's own code. */
  get(attribute: string): unknown {
    return this.#valueOf(this.#find(attribute));
  }

  /** Gives an attribute a value, and tells those who listen to it. */
  set(attribute: string, value: unknown): void {
    this.#publish(attribute, value);
  }

  /** The long-running command that is at work, of a name or of any. */
  job(command?: string): ReturnType<LrcServer['job']> {
    return this.#lrc.job(command);
  }

  read(name: string): AttributeValue {
    const key = name.toLowerCase();
    if (key === 'state') return this.#reading('State', this.#state, this.clock.now());
    if (key === 'status') return this.#reading('Status', this.statusText, this.clock.now());
    const attribute = this.#find(name);
    try {
      return this.#reading(attribute.name, this.#valueOf(attribute), attribute.at);
    } catch (error) {
      throw error instanceof DevFailed ? error : this.#refuse('API_AttrFailed', messageOf(error));
    }
  }

  write(name: string, value: unknown): void {
    const attribute = this.#find(name);
    const { writable = false } = attribute.traits;
    if (writable === false) {
      throw this.#refuse('API_AttrNotWritable', `attribute ${attribute.name} cannot be written`);
    }
    try {
      if (typeof writable === 'function') writable(value, this);
    } catch (error) {
      throw error instanceof DevFailed ? error : this.#refuse('API_WriteFailed', messageOf(error));
    }
    this.#publish(attribute.name, value);
  }

  async command(name: string, args: unknown): Promise<unknown> {
    const key = name.toLowerCase();
    if (key === 'state') return this.#state;
    if (key === 'status') return this.statusText;
    const answer = this.#lrc.answer(name, args);
    if (answer !== null) return answer;
    const found = Object.entries(this.definition.commands ?? {}).find(
      ([own]) => own.toLowerCase() === key,
    );
    if (found === undefined) {
      throw this.#refuse('API_CommandNotFound', `Command ${name} not found`);
    }
    try {
      const value = await found[1](args, this);
      return value ?? null;
    } catch (error) {
      throw error instanceof DevFailed
        ? error
        : this.#refuse('API_CommandFailed', messageOf(error));
    }
  }

  /** Tells of every event of an attribute until what is returned is called. */
  listen(name: string, listener: SimulationListener): () => void {
    const attribute = this.#find(name);
    if (attribute.traits.withoutEvents === true) {
      throw this.#refuse(
        'API_AttributePollingNotStarted',
        `the polling of attribute ${attribute.name} is not started`,
      );
    }
    attribute.listeners.add(listener);
    return () => attribute.listeners.delete(listener);
  }

  get statusText(): string {
    return `The device is in ${this.#state} state.`;
  }

  info(): DeviceInfo {
    const { longRunning = {}, commands = {} } = this.definition;
    return {
      name: this.name,
      class: this.definition.class ?? 'Simulated',
      server: 'simulated',
      commands: [
        ...named(Object.keys(longRunning), 'DevVarLongStringArray'),
        ...named(this.#lrc.commands, 'DevVarLongStringArray'),
        ...named([...Object.keys(commands), 'State', 'Status'], 'any'),
      ],
      attributes: [...this.#attributes.values()].map((attribute) => infoOf(attribute)),
    };
  }

  /** Ends what is at work: the device is switched off. */
  stop(): void {
    this.#lrc.stop();
  }

  #define(name: string, traits: SimulatedAttribute): void {
    const { value } = traits;
    const now = this.clock.now();
    this.#attributes.set(name.toLowerCase(), {
      name,
      traits,
      value: typeof value === 'function' ? undefined : value,
      at: now,
      listeners: new Set(),
    });
    if (!this.#attributes.has('state')) {
      const state: Attribute = {
        name: 'State',
        traits: { value: () => this.#state },
        value: undefined,
        at: now,
        listeners: new Set(),
      };
      this.#attributes.set('state', state);
    }
  }

  #find(name: string): Attribute {
    const attribute = this.#attributes.get(name.toLowerCase());
    if (attribute === undefined) {
      throw this.#refuse('API_AttrNotFound', `Attribute ${name} not found`);
    }
    return attribute;
  }

  #valueOf({ traits, value }: Attribute): unknown {
    return typeof traits.value === 'function' ? (traits.value as () => unknown)() : value;
  }

  #publish(name: string, value: unknown): void {
    const attribute = this.#find(name);
    attribute.value = value;
    attribute.at = this.clock.now();
    this.#tell(name, value);
  }

  #tell(name: string, value: unknown): void {
    const attribute = this.#attributes.get(name.toLowerCase());
    if (attribute === undefined || attribute.listeners.size === 0) return;
    const copies = this.faults.copiesOfEvent(attribute.name);
    const reading = this.#reading(attribute.name, value, this.clock.now());
    for (let copy = 0; copy < copies; copy += 1) {
      for (const listener of attribute.listeners) listener(reading);
    }
  }

  #reading(attribute: string, given: unknown, at: number): AttributeValue {
    const isEmpty = Array.isArray(given) && given.length === 0;
    const value = isEmpty && this.definition.quirks?.emptyAsNull === true ? null : given;
    const quality = value === undefined ? 'invalid' : 'valid';
    return { attribute, value: value ?? null, quality, at, shape: shapeOf(given) };
  }

  #refuse(reason: string, description: string): DevFailed {
    return refusal(reason, description, this.name);
  }
}

const named = (names: readonly string[], outType: string): readonly CommandInfo[] =>
  names.map((name) => ({ name, inType: 'any', outType }));

function shapeOf(value: unknown): readonly number[] {
  if (!Array.isArray(value)) return [];
  const [first] = value as readonly unknown[];
  return Array.isArray(first) ? [first.length, value.length] : [value.length];
}

function infoOf({ name, traits, value }: Attribute): AttributeInfo {
  const { writable = false, unit, description, type } = traits;
  const { length } = shapeOf(value);
  return {
    name,
    type: type ?? (Array.isArray(value) ? 'list' : typeof value),
    format: (['scalar', 'spectrum', 'image'] as const)[length] ?? 'scalar',
    isWritable: writable !== false,
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
  };
}
