import type { Duplex, Readable } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import { messageOf } from '../kernel/task-error.ts';
import { outputLevels } from './captured-output.ts';
import type { OutputName } from './captured-output.ts';
import { isFromPlace } from './channel.ts';
import type { ToPlace } from './channel.ts';
import { encodeFrame, FrameReader } from './channel-frames.ts';
import { ChildEnding, lostChild } from './child-ending.ts';
import { reviveThrown } from './error-data.ts';
import { LineSplitter } from './lines.ts';
import { noPlace } from './place-entry.ts';
import { signalGroup } from './process-group.ts';
import { identifyProcess } from './process-table.ts';
import type { Place, PlaceListener } from './remote-execution.ts';

/**
 * A started child: the leader of a process group, its fourth descriptor the channel. One without a
 * `pid` could not be started, and resolves with the reason.
 */
export interface Child extends PromiseLike<unknown> {
  readonly pid?: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly stdio: readonly unknown[];
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown;
}

/** What a place needs of the runner that made it. */
export interface ChildPlaceOptions {
  readonly clock: Clock;
  readonly killDelayMs: number;
  /** Resolves with what starts a child, when all that this needs is loaded. */
  prepare(): Promise<() => Child>;
}

/** How long the last bytes of a child that has ended may take, in milliseconds. */
const drainMs = 1_000;

/**
 * A child process, for the time of one attempt.
 *
 * Nothing is told to the child, and it is not stopped, before the engine knows where it is for good:
 * until then it would end with the engine.
 *
 * Signals go to the child's process group, so that what the plugin started goes with it. The child
 * is gone when the group's leader has ended; what then remains of the group is killed.
 */
export class ChildPlace implements Place {
  readonly runner = 'process';
  readonly #options: ChildPlaceOptions;
  readonly #ended = deferred<void>();
  readonly #reader = new FrameReader();
  readonly #outbox: Buffer[] = [];
  readonly #timers: unknown[] = [];
  readonly #ending = new ChildEnding();
  #listener: PlaceListener | null = null;
  #pid: number | null = null;
  #channel: Duplex | null = null;
  #isPlaced = false;
  #onFrozen: (() => void) | null = null;
  #isEnding = false;

  constructor(options: ChildPlaceOptions) {
    this.#options = options;
  }

  /** Resolves when the child is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  open(listener: PlaceListener): void {
    this.#listener = listener;
    void this.#live().then((error) => {
      for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
      this.#channel?.destroy();
      listener.gone(error);
      this.#ended.resolve();
    });
  }

  send(message: ToPlace): void {
    const frame = encodeFrame(message);
    if (!this.#isPlaced) this.#outbox.push(frame);
    else if (this.#channel?.writable === true) this.#channel.write(frame);
  }

  freeze(onFrozen: () => void): void {
    if (this.#isEnding) return;
    this.#onFrozen = onFrozen;
    if (this.#isPlaced) this.#freezeNow();
  }

  thaw(): void {
    this.#onFrozen = null;
    this.#signal('SIGCONT');
  }

  kill(reason = 'killed'): void {
    this.#ending.killedBecause ??= reason;
    this.#end();
  }

  /** Ends the child without waiting, when the engine's process itself is about to end. */
  killNow(): void {
    this.#signal('SIGKILL');
  }

  release(): void {
    this.thaw();
    this.#after(this.#options.killDelayMs, () => this.kill());
  }

  async #live(): Promise<Error> {
    try {
      const start = await this.#options.prepare();
      return this.#ending.killedBecause === null
        ? await this.#follow(start())
        : lostChild(this.#ending.killedBecause);
    } catch (error) {
      return noPlace('process', error);
    }
  }

  /** Follows a child to its end; why it ended. */
  async #follow(child: Child): Promise<Error> {
    if (child.pid === undefined) throw await child;
    this.#pid = child.pid;
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
    });
    const channel = child.stdio[3] as Duplex;
    const read = [
      this.#readChannel(channel),
      this.#readLines('stdout', child.stdout),
      this.#readLines('stderr', child.stderr),
    ];
    void this.#place(child.pid);
    const way = await exited;
    this.#signal('SIGKILL');
    this.#pid = null;
    await Promise.race([
      Promise.all(read),
      new Promise<void>((resolve) => this.#after(drainMs, resolve)),
    ]);
    child.stdout.destroy();
    child.stderr.destroy();
    return this.#ending.toError(way, this.#reader.isMidMessage);
  }

  /** Says where the child is, and goes on when that is kept. */
  async #place(pid: number): Promise<void> {
    try {
      await this.#listener?.placed(await identifyProcess(pid));
    } catch (error) {
      return this.kill(`where it runs could not be kept: ${messageOf(error)}`);
    }
    this.#isPlaced = true;
    for (const frame of this.#outbox.splice(0)) {
      if (this.#channel?.writable === true) this.#channel.write(frame);
    }
    if (this.#onFrozen !== null) this.#freezeNow();
  }

  #readChannel(channel: Duplex): Promise<void> {
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => this.#receive(chunk));
    channel.on('error', () => {});
    return new Promise((resolve) => {
      channel.once('close', () => {
        resolve();
        // A child that ends closes its channel a moment earlier.
        const offend = (): void => this.#offend('it closed its channel');
        if (this.#pid !== null) this.#after(this.#options.killDelayMs, offend);
      });
    });
  }

  #readLines(name: OutputName, stream: Readable): Promise<void> {
    const lines = new LineSplitter((message) => {
      const fields = { stream: name };
      if (name === 'stderr') this.#ending.noteError(message);
      this.#listener?.message({ type: 'log', level: outputLevels[name], message, fields });
    });
    stream.on('data', (chunk: Buffer) => lines.push(chunk));
    stream.on('error', () => {});
    return new Promise((resolve) => {
      stream.once('close', () => {
        lines.flush();
        resolve();
      });
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#ending.offence !== null) return;
    const { messages, garbage } = this.#reader.push(chunk);
    for (const message of messages) {
      if (!isFromPlace(message)) return this.#offend('it sent a message that is none of ours');
      if (message.type === 'crashed') this.#ending.crash = reviveThrown(message.error);
      else this.#listener?.message(message);
    }
    if (garbage !== null) this.#offend(`it wrote something else to its channel: ${garbage}`);
  }

  #offend(offence: string): void {
    this.#ending.offence ??= offence;
    this.#end();
  }

  /** A group that stands still could not act on SIGTERM. */
  #end(): void {
    if (this.#isEnding || this.#pid === null) return;
    this.#isEnding = true;
    this.#signal('SIGCONT');
    this.#signal('SIGTERM');
    this.#after(this.#options.killDelayMs, () => this.#signal('SIGKILL'));
  }

  #freezeNow(): void {
    this.#signal('SIGSTOP');
    queueMicrotask(() => this.#onFrozen?.());
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#pid !== null) signalGroup(this.#pid, signal);
  }

  #after(delayMs: number, callback: () => void): void {
    this.#timers.push(this.#options.clock.setTimeout(callback, delayMs));
  }
}
