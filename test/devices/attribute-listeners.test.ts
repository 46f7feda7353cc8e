import { Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AttributeListeners } from '../../src/devices/attribute-listeners.ts';
import type { AttributeNotification } from '../../src/kernel/device-proxy.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';

const value = (number: number) =>
  ({ attribute: 'level', value: number, quality: 'valid', at: 0, shape: [] }) as const;

describe('AttributeListeners', () => {
  it('tells a strict listener what came before the device had agreed, when it has', () => {
    const listeners = new AttributeListeners('level', simulatedClock());
    const heard: unknown[] = [];
    const subscriber = new Subscriber<AttributeNotification>({
      next: (told) => heard.push(told.type === 'value' ? told.value : told.type),
      error: () => {},
      complete: () => {},
    });
    listeners.join(subscriber, { strict: true }, false);
    listeners.tellValue(value(1), 'event');
    listeners.tellValue(value(2), 'event');
    expect(heard).toEqual([]);
    listeners.established();
    listeners.tellValue(value(3), 'event');
    expect(heard).toEqual([1, 2, 3]);
  });
});
