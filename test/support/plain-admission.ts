/** Units of resources by name. */
export type Units = Readonly<Record<string, number>>;

/** What the design says of admission, in the plainest words: everybody is looked at each time. */
export class PlainAdmission {
  readonly #waiting = new Map<number, { rank: number; request: Units }>();
  readonly #running = new Map<number, Units>();
  readonly started: number[] = [];
  readonly #concurrency: number;
  readonly #capacity: Units;

  constructor(concurrency: number, capacity: Units) {
    this.#concurrency = concurrency;
    this.#capacity = capacity;
  }

  submit(id: number, rank: number, request: Units): void {
    this.#waiting.set(id, { rank, request });
  }

  remove(id: number): void {
    this.#waiting.delete(id);
  }

  end(id: number): void {
    this.#running.delete(id);
  }

  get running(): readonly number[] {
    return [...this.#running.keys()];
  }

  get waiting(): readonly number[] {
    return [...this.#waiting.keys()];
  }

  admit(): void {
    let reserved: Units | null = null;
    const inOrder = [...this.#waiting].toSorted(([a, x], [b, y]) => y.rank - x.rank || a - b);
    for (const [id, { request }] of inOrder) {
      if (this.#running.size >= this.#concurrency) return;
      const isFree = Object.entries(request).every(([name, units]) => this.#free(name) >= units);
      const isKept = Object.keys(request).some((name) => name in (reserved ?? {}));
      if (!isFree) reserved ??= request;
      else if (!isKept) {
        this.#waiting.delete(id);
        this.#running.set(id, request);
        this.started.push(id);
      }
    }
  }

  #free(name: string): number {
    let free = this.#capacity[name] ?? 1;
    for (const units of this.#running.values()) free -= units[name] ?? 0;
    return free;
  }
}
