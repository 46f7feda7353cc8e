import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callWithin, wait } from '../../src/wire/interruptible.ts';
import type { PluginLog } from '../../src/plugin.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { watchedSignal } from '../support/watched-signal.ts';

const silent = (): PluginLog =>
  ({ debug() {}, info() {}, warning() {}, error() {} }) as unknown as PluginLog;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const waiting = (delayMs: number, pausePoint = () => Promise.resolve()) => {
  const { signal, controller, listeners } = watchedSignal();
  const state = { ended: 'no' };
  const done = wait({ signal, pausePoint }, delayMs).then(
    () => (state.ended = 'in time'),
    (error: Error) => (state.ended = error.message),
  );
  return { state, done, controller, listeners };
};

describe('wait', () => {
  it('waits for as long as it is told', async () => {
    const { state } = waiting(3_500);
    await vi.advanceTimersByTimeAsync(3_499);
    expect(state.ended).toBe('no');
    await vi.advanceTimersByTimeAsync(1);
    expect(state.ended).toBe('in time');
  });

  it('is a pause point also when there is nothing to wait for', async () => {
    let pauses = 0;
    await waiting(0, async () => void (pauses += 1)).done;
    expect(pauses).toBe(1);
  });

  it('stands still within a second while it is suspended, and then waits for the rest', async () => {
    let pause = deferred<void>();
    pause.resolve();
    const { state } = waiting(10_000, () => pause.promise);
    await vi.advanceTimersByTimeAsync(4_500);
    pause = deferred<void>();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.ended, vi.getTimerCount()]).toEqual(['no', 0]);
    pause.resolve();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(state.ended).toBe('no');
    await vi.advanceTimersByTimeAsync(1);
    expect(state.ended).toBe('in time');
  });

  it('ends at once when it is told to stop', async () => {
    const { done, controller } = waiting(800_000);
    await vi.advanceTimersByTimeAsync(1_200);
    controller.abort(new Error('stop'));
    expect([await done, vi.getTimerCount()]).toEqual(['stop', 0]);
  });

  it('leaves nothing with the signal', async () => {
    const { done, listeners } = waiting(2_500);
    await vi.advanceTimersByTimeAsync(2_500);
    await done;
    expect(listeners()).toBe(0);
  });
});

describe('callWithin', () => {
  it('gives the answer, and leaves nothing behind', async () => {
    const { signal, listeners } = watchedSignal();
    const answer = callWithin(() => 5, { limitMs: 1_000, until: signal, log: silent() });
    expect([await answer, listeners(), vi.getTimerCount()]).toEqual([5, 0, 0]);
  });

  it('passes on what is thrown, at once or later', async () => {
    const limits = { limitMs: 1_000, log: silent() };
    const thrown = new Error('thrown');
    const atOnce = callWithin(() => {
      throw thrown;
    }, limits);
    await expect(atOnce).rejects.toBe(thrown);
    await expect(callWithin(() => Promise.reject(thrown), limits)).rejects.toBe(thrown);
  });

  it('waits no longer than it may, and tells the call so', async () => {
    let heard: AbortSignal | null = null;
    const never = (signal: AbortSignal): Promise<never> => {
      heard = signal;
      return new Promise(() => {});
    };
    const answer = callWithin(never, { limitMs: 50, log: silent() });
    const thrown = answer.catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(50);
    expect(await thrown).toBe('no answer within 50 ms');
    expect(heard).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } });
  });

  it('waits no longer than until the signal, and does not even begin after it', async () => {
    const { signal, controller, listeners } = watchedSignal();
    const limits = { limitMs: 50, until: signal, log: silent() };
    let calls = 0;
    const never = (): Promise<never> => {
      calls += 1;
      return new Promise(() => {});
    };
    const answer = callWithin(never, limits);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await expect(callWithin(never, limits)).rejects.toBe(reason);
    expect([calls, listeners(), vi.getTimerCount()]).toEqual([1, 0, 0]);
  });
});
