import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { onAbort } from '../../src/kernel/on-abort.ts';

describe('onAbort', () => {
  it('calls everybody back once, through one listener', () => {
    const controller = new AbortController();
    const calls: number[] = [];
    for (let index = 0; index < 100; index += 1)
      onAbort(controller.signal, () => calls.push(index));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    controller.abort();
    expect(calls).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('leaves no listener when nobody waits any more', () => {
    const { signal } = new AbortController();
    const stops = [1, 2].map(() => onAbort(signal, vi.fn<() => void>()));
    stops[0]?.();
    stops[0]?.();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    stops[1]?.();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    onAbort(signal, vi.fn<() => void>());
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('does not call back whoever was stopped, also by another callback', () => {
    const controller = new AbortController();
    const never = vi.fn<() => void>();
    let stop = (): void => {};
    onAbort(controller.signal, () => stop());
    stop = onAbort(controller.signal, never);
    controller.abort();
    expect(never).not.toHaveBeenCalled();
  });

  it('calls nobody for a signal that has aborted already', () => {
    const never = vi.fn<() => void>();
    onAbort(AbortSignal.abort(), never)();
    expect(never).not.toHaveBeenCalled();
  });
});
