import type { Subscription } from 'rxjs';
import { deferred } from '../kernel/deferred.ts';
import { DevFailed } from '../kernel/device-errors.ts';
import type { AttributeNotification, DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { chooseProtocol } from '../streams/lrc-protocol.ts';
import { lrcAttributes } from '../streams/lrc-updates.ts';

/** What becomes of what a device tells. */
export interface LrcListeningOptions {
  readonly device: DeviceProxy;
  /** Fails when the device cannot be reached or sends no events; otherwise it is tried again. */
  readonly isStrict: boolean;
  readonly callTimeoutMs: number;
  readonly value: (attribute: string, value: unknown) => void;
  /** Events may have been missed. */
  readonly missed: () => void;
}

/** One subscription to each attribute by which a device tells of its commands. */
export class LrcListening {
  readonly #options: LrcListeningOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #awaited = new Set<string>();
  readonly #ready = deferred<void>();
  #isSound: boolean;
  #isOpen = false;
  #isClosed = false;

  constructor(options: LrcListeningOptions) {
    this.#options = options;
    this.#isSound = options.isStrict;
    this.#ready.promise.catch(() => {});
  }

  /** Resolves when the device has agreed to send events; rejects when it cannot be listened to. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Whether it was begun strictly, and nothing has gone wrong since. */
  get isSound(): boolean {
    return this.#isSound;
  }

  /** Begins, or begins again when the device could not be reached. */
  async open(): Promise<void> {
    if (this.#isOpen || this.#isClosed) return;
    this.#isOpen = true;
    const { device, isStrict } = this.#options;
    try {
      const attributes = lrcAttributes[chooseProtocol(device.name, await this.#versions())];
      if (this.#isClosed) return;
      for (const attribute of attributes) this.#awaited.add(attribute);
      for (const attribute of attributes) this.#subscribe(attribute, isStrict);
    } catch (error) {
      this.#isOpen = false;
      const isHopeless = error instanceof RunstateError && error.code === 'LRC_PROTOCOL_UNKNOWN';
      if (isStrict || isHopeless) this.#fail(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#isSound = false;
    for (const subscription of this.#subscriptions.values()) subscription.unsubscribe();
    this.#subscriptions.clear();
    this.#ready.reject(new RunstateError('DEVICE_CLOSED', [this.#options.device.name]));
  }

  async #versions(): Promise<unknown> {
    const { device, callTimeoutMs } = this.#options;
    try {
      return (await device.read('lrcProtocolVersions', { timeoutMs: callTimeoutMs })).value;
    } catch (error) {
      // Devices before version 2 have no such attribute.
      if (error instanceof DevFailed) return null;
      throw error;
    }
  }

  #subscribe(attribute: string, isStrict: boolean): void {
    if (this.#isClosed) return;
    const stream = this.#options.device.subscribe(attribute, { event: 'change', strict: isStrict });
    const subscription = stream.subscribe({
      next: (notification) => this.#take(attribute, notification),
      error: (error: unknown) => this.#refused(attribute, isStrict, error),
      complete: () => this.#fail(new RunstateError('DEVICE_CLOSED', [this.#options.device.name])),
    });
    // A stream that ended at once must not hide one that was begun in its place.
    if (!subscription.closed) this.#subscriptions.set(attribute, subscription);
    if (this.#isClosed) subscription.unsubscribe();
  }

  #take(attribute: string, notification: AttributeNotification): void {
    const isFirst = this.#awaited.delete(attribute);
    if (isFirst && this.#awaited.size === 0) this.#ready.resolve();
    if (notification.type === 'value') {
      this.#options.value(notification.attribute, notification.value);
      // The device was subscribed to anew: what it told meanwhile is missing.
      if (!isFirst && notification.via === 'read') this.#options.missed();
      return;
    }
    if (isFirst && this.#options.isStrict) return;
    if (notification.type === 'error') this.#isSound = false;
    this.#options.missed();
  }

  #refused(attribute: string, wasStrict: boolean, error: unknown): void {
    this.#subscriptions.delete(attribute);
    this.#isSound = false;
    if (!wasStrict) {
      // Such a stream does not end by itself: what is wrong with it is not tried at once again.
      for (const subscription of this.#subscriptions.values()) subscription.unsubscribe();
      this.#subscriptions.clear();
      this.#isOpen = false;
      return;
    }
    if (this.#awaited.has(attribute) && this.#options.isStrict) {
      this.#fail(error);
      return;
    }
    this.#awaited.delete(attribute);
    this.#options.missed();
    this.#subscribe(attribute, false);
  }

  #fail(error: unknown): void {
    this.#isSound = false;
    this.#ready.reject(error);
  }
}
