import { RunstateError } from '../kernel/errors.ts';
import type { ResourceRequest } from '../kernel/plugin-traits.ts';

/** A task's wish for resources, sorted by name: units of each. */
export type ResourceUnits = readonly (readonly [name: string, units: number])[];

/** What a task that needs no resources asks for. */
export const nothing: ResourceUnits = [];

/** Who has how much of a resource, as people see it. */
export interface ResourceState {
  readonly name: string;
  /** Units there are. */
  readonly units: number;
  readonly inUse: number;
  readonly heldBy: readonly ResourceHolder[];
}

/** One task that has a resource. */
export interface ResourceHolder {
  readonly taskId: number;
  readonly units: number;
  /** Why it has it: it runs, stands suspended, or its abandoned code still runs. */
  readonly why: string;
}

interface Resource {
  readonly units: number;
  inUse: number;
  readonly holders: Map<number, number>;
}

/** Named resources with units, taken all or nothing. A name that was not declared has one unit. */
export class ResourceLedger {
  readonly #resources = new Map<string, Resource>();
  readonly #declared: Readonly<Record<string, number>>;

  constructor(declared: Readonly<Record<string, number>>) {
    this.#declared = { ...declared };
    for (const name of Object.keys(declared)) this.#resource(name);
  }

  /**
   * Brings a request into one form.
   *
   * @throws {@link RunstateError} `RESOURCE_TOO_SMALL` for more units than there are
   */
  resolve(request: ResourceRequest | undefined): ResourceUnits {
    if (request === undefined) return nothing;
    const units = new Map<string, number>();
    if (typeof request === 'string') units.set(request, 1);
    else if (Array.isArray(request)) for (const name of request as string[]) units.set(name, 1);
    else for (const [name, count] of Object.entries(request)) units.set(name, count);
    for (const [name, count] of units) this.#check(name, count);
    return [...units].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The resources of a request that have too few free units, by name. */
  missing(request: ResourceUnits): readonly string[] {
    return request.filter(([name, units]) => this.#free(name) < units).map(([name]) => name);
  }

  /** Whether all of it is free, or would be once those that `hasEnded` names give theirs back. */
  isFree(request: ResourceUnits, hasEnded?: (taskId: number) => boolean): boolean {
    return request.every(([name, units]) => this.#free(name, hasEnded) >= units);
  }

  take(taskId: number, request: ResourceUnits): void {
    for (const [name, units] of request) {
      const resource = this.#resource(name);
      resource.inUse += units;
      resource.holders.set(taskId, units);
    }
  }

  give(taskId: number, request: ResourceUnits): void {
    for (const [name] of request) this.giveOne(taskId, name);
  }

  /** Gives one resource back; false when the task does not have it. */
  giveOne(taskId: number, name: string): boolean {
    const resource = this.#resources.get(name);
    const units = resource?.holders.get(taskId);
    if (resource === undefined || units === undefined) return false;
    resource.inUse -= units;
    resource.holders.delete(taskId);
    if (resource.holders.size === 0 && !Object.hasOwn(this.#declared, name)) {
      this.#resources.delete(name);
    }
    return true;
  }

  holdersOf(name: string): readonly number[] {
    return [...(this.#resources.get(name)?.holders.keys() ?? [])];
  }

  list(why: (taskId: number) => string): readonly ResourceState[] {
    return [...this.#resources].map(([name, { units, inUse, holders }]) => ({
      name,
      units,
      inUse,
      heldBy: [...holders].map(([taskId, held]) => ({ taskId, units: held, why: why(taskId) })),
    }));
  }

  #check(name: string, count: number): void {
    const units = this.#unitsOf(name);
    if (count > units) throw new RunstateError('RESOURCE_TOO_SMALL', [name, units, count]);
  }

  #unitsOf(name: string): number {
    return Object.hasOwn(this.#declared, name) ? (this.#declared[name] ?? 1) : 1;
  }

  #free(name: string, hasEnded?: (taskId: number) => boolean): number {
    const resource = this.#resources.get(name);
    if (resource === undefined) return this.#unitsOf(name);
    let free = resource.units - resource.inUse;
    if (hasEnded === undefined) return free;
    for (const [taskId, units] of resource.holders) if (hasEnded(taskId)) free += units;
    return free;
  }

  #resource(name: string): Resource {
    let resource = this.#resources.get(name);
    if (resource === undefined) {
      resource = { units: this.#unitsOf(name), inUse: 0, holders: new Map() };
      this.#resources.set(name, resource);
    }
    return resource;
  }
}
