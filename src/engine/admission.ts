import TinyQueue from 'tinyqueue';
import type { ResourceLedger, ResourceUnits } from './resource-ledger.ts';

/** A task that is ready and waits for a slot and its resources. */
export interface Candidate {
  readonly id: number;
  /** Rank in the queue: higher first; ties in order of id. */
  readonly rank: number;
  readonly request: ResourceUnits;
  /** It takes no slot: its work is done elsewhere. */
  readonly isSlotless: boolean;
  isQueued: boolean;
}

/** What admission asks of the engine. */
export interface AdmissionPort {
  readonly concurrency: number;
  readonly ledger: ResourceLedger;
  /** Starts a task whose slot and resources have been taken. */
  admit(candidate: Candidate): void;
  /**
   * The tasks that those who have one of these resources wait for, in the end: to keep these back
   * would be to keep the resources for ever.
   */
  awaitedByHoldersOf(names: readonly string[]): readonly Candidate[];
  /** Runs `turn` soon, after what is going on now. */
  defer(turn: () => void): void;
}

/** Candidates that ask for the same resources: what blocks the first blocks them all. */
interface Line {
  readonly request: ResourceUnits;
  readonly isSlotless: boolean;
  readonly queue: TinyQueue<Candidate>;
  live: number;
}

/** Tasks admitted before the event loop gets its turn. */
const admissionsPerTurn = 1_000;

const byRank = (a: Candidate, b: Candidate): number => b.rank - a.rank || a.id - b.id;

const signatureOf = ({ request, isSlotless }: Candidate): string =>
  `${isSlotless ? 'slotless' : ''}${request.length === 0 ? '' : JSON.stringify(request)}`;

/**
 * Decides who runs next.
 *
 * Candidates stand in lines, one for each set of resources asked for, so a look at the heads of the
 * lines is a look at everybody. The best head whose resources are free is admitted. The first head
 * that only resources keep back reserves them: whoever comes after it may pass only without touching
 * any of them, so a stream of small requests cannot starve a large one. Those that the reserver
 * waits for through others (`waitFor`) go before it, and reserve like it.
 *
 * Ageing needs no sweep: every waiting task gains at the same rate, so their order never changes,
 * and the moment of submission can be part of the rank.
 *
 * A task may run to its end within `admit`, and what it does there may change the lines: cancel
 * whoever was next, or submit somebody better.
 */
export class Admission {
  readonly #port: AdmissionPort;
  readonly #lines = new Map<string, Line>();
  readonly #resuming: (() => void)[] = [];
  #slotsInUse = 0;
  /** Candidates that need no slot. */
  #slotless = 0;
  #isDeferred = false;
  #isOpen = true;
  /** Something has changed that the present look at the lines does not know of. */
  #isStale = false;
  /** The first is the reserver, the others are those that it waits for through others. */
  #reservations: Candidate[] = [];

  constructor(port: AdmissionPort) {
    this.#port = port;
  }

  /** The task ahead of `candidate` that a resource is kept free for, if one is. */
  reserverOf(name: string, candidate: Candidate): Candidate | null {
    const [first] = this.#reservations;
    if (first === undefined || byRank(candidate, first) <= 0) return null;
    const owns = ({ request }: Candidate): boolean => request.some(([own]) => own === name);
    return this.#reservations.find((other) => other !== candidate && owns(other)) ?? null;
  }

  enqueue(candidate: Candidate): void {
    const signature = signatureOf(candidate);
    const { request, isSlotless } = candidate;
    let line = this.#lines.get(signature);
    if (line === undefined) {
      line = { request, isSlotless, queue: new TinyQueue<Candidate>([], byRank), live: 0 };
      this.#lines.set(signature, line);
    }
    candidate.isQueued = true;
    if (isSlotless) this.#slotless += 1;
    line.live += 1;
    line.queue.push(candidate);
    this.wake();
  }

  /** Takes a candidate out; the heap forgets it when it comes up, or when half of it is gone. */
  remove(candidate: Candidate): void {
    if (!candidate.isQueued) return;
    this.#takeOut(candidate);
    this.#reservations = this.#reservations.filter((other) => other !== candidate);
    this.wake();
  }

  /** Gives a slot back: the task ended, waits for another one, or stands suspended. */
  releaseSlot(): void {
    this.#slotsInUse -= 1;
    this.#pumpSoon();
  }

  /** Asks for a slot for a task that runs already; those are served before new ones. */
  regainSlot(go: () => void): void {
    this.#resuming.push(go);
    this.#pumpSoon();
  }

  /** Nothing is admitted any more; tasks that run already still get their slots back. */
  close(): void {
    this.#isOpen = false;
  }

  /** Candidates, resources or waits have changed: admits what can be admitted, soon. */
  wake(): void {
    this.#isStale = true;
    this.#pumpSoon();
  }

  get #hasSlot(): boolean {
    return this.#slotsInUse < this.#port.concurrency;
  }

  #pumpSoon(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#port.defer(() => {
      this.#isDeferred = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#hasSlot) {
      const go = this.#resuming.shift();
      if (go === undefined) break;
      this.#slotsInUse += 1;
      go();
    }
    let lines: TinyQueue<Line> | null = null;
    for (let left = admissionsPerTurn; this.#hasSlot || this.#slotless > 0; left -= 1) {
      if (!this.#isOpen || this.#lines.size === 0) return;
      if (left === 0) return this.wake();
      if (lines === null || this.#isStale) lines = this.#look();
      const next = this.#choose(lines);
      if (next === null) return;
      if (next.isQueued) this.#takeOut(next);
      if (!next.isSlotless) this.#slotsInUse += 1;
      this.#port.ledger.take(next.id, next.request);
      this.#port.admit(next);
    }
  }

  /** A fresh look at all lines, the best head first. */
  #look(): TinyQueue<Line> {
    this.#isStale = false;
    this.#reservations = [];
    return new TinyQueue<Line>([...this.#lines.values()].filter(dropGone), byHead);
  }

  /** The candidate whose turn it is; the lines of those that are kept back leave the look. */
  #choose(lines: TinyQueue<Line>): Candidate | null {
    for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
      const head = line.queue.peek();
      if (head === undefined || !(line.isSlotless || this.#hasSlot)) continue;
      if (!this.#port.ledger.isFree(head.request)) {
        const awaited = this.#reservations.length === 0 ? this.#reserveFor(head) : null;
        if (awaited !== null) return awaited;
      } else if (!this.#isKeptFree(head.request)) {
        // Taken out first: one that was held and came back may stand in its line twice.
        line.queue.pop();
        this.#takeOut(head);
        if (dropGone(line)) lines.push(line);
        return head;
      }
    }
    return null;
  }

  /** Reserves for the first that is blocked; what it waits for through others goes before it. */
  #reserveFor(first: Candidate): Candidate | null {
    const { ledger } = this.#port;
    const awaited = this.#port
      .awaitedByHoldersOf(ledger.missing(first.request))
      .filter((candidate) => candidate.isQueued && candidate !== first)
      .toSorted(byRank);
    this.#reservations = [first, ...awaited];
    const next = awaited.find(
      ({ request, isSlotless }) => (isSlotless || this.#hasSlot) && ledger.isFree(request),
    );
    if (next === undefined) return null;
    this.#isStale = true;
    return next;
  }

  #isKeptFree(request: ResourceUnits): boolean {
    return this.#reservations.some((other) => sharesAny(other.request, request));
  }

  #takeOut(candidate: Candidate): void {
    candidate.isQueued = false;
    if (candidate.isSlotless) this.#slotless -= 1;
    const signature = signatureOf(candidate);
    const line = this.#lines.get(signature);
    if (line === undefined) return;
    line.live -= 1;
    if (line.live === 0) this.#lines.delete(signature);
    else if (line.live * 2 < line.queue.length) compact(line);
  }
}

/** Removes those that are no longer queued from the head; whether anybody is left. */
function dropGone(line: Line): boolean {
  for (;;) {
    const head = line.queue.peek();
    if (head === undefined) return false;
    if (head.isQueued) return true;
    line.queue.pop();
  }
}

function compact(line: Line): void {
  const left = line.queue.data.filter((candidate) => candidate.isQueued);
  line.queue.data = [];
  line.queue.length = 0;
  for (const candidate of left) line.queue.push(candidate);
}

const byHead = (a: Line, b: Line): number => {
  const left = a.queue.peek();
  const right = b.queue.peek();
  if (left === undefined || right === undefined) return 0;
  return byRank(left, right);
};

const sharesAny = (a: ResourceUnits, b: ResourceUnits): boolean =>
  a.some(([name]) => b.some(([other]) => other === name));
