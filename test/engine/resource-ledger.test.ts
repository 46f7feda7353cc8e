import { describe, expect, it } from 'vitest';
import { ResourceLedger } from '../../src/engine/resource-ledger.ts';

describe('ResourceLedger', () => {
  it('brings every form of a request into one', () => {
    const ledger = new ResourceLedger({ detector: 5 });
    expect(ledger.resolve(undefined)).toEqual([]);
    expect(ledger.resolve('motor')).toEqual([['motor', 1]]);
    expect(ledger.resolve(['motor', 'camera', 'motor'])).toEqual([
      ['camera', 1],
      ['motor', 1],
    ]);
    expect(ledger.resolve({ motor: 1, detector: 4 })).toEqual([
      ['detector', 4],
      ['motor', 1],
    ]);
  });

  it.each(['constructor', '__proto__', 'toString'])('takes %s as a name like any other', (name) => {
    const ledger = new ResourceLedger({});
    const request = ledger.resolve([name]);
    ledger.take(1, request);
    expect(ledger.isFree(request)).toBe(false);
    expect(ledger.holdersOf(name)).toEqual([1]);
    ledger.give(1, request);
    expect(ledger.isFree(request)).toBe(true);
    expect(ledger.list(() => '')).toEqual([]);
  });

  it('knows what would be free once others have ended', () => {
    const ledger = new ResourceLedger({ detector: 3 });
    ledger.take(1, [['detector', 1]]);
    ledger.take(2, [['detector', 2]]);
    const two = ledger.resolve({ detector: 2 });
    expect(ledger.isFree(two, (id) => id === 1)).toBe(false);
    expect(ledger.isFree(two, (id) => id === 2)).toBe(true);
    expect(ledger.isFree(two)).toBe(false);
  });

  it('gives back only what a task has, and only once', () => {
    const ledger = new ResourceLedger({ detector: 3 });
    ledger.take(1, [['detector', 2]]);
    expect(ledger.giveOne(2, 'detector')).toBe(false);
    expect(ledger.giveOne(1, 'motor')).toBe(false);
    expect(ledger.giveOne(1, 'detector')).toBe(true);
    expect(ledger.giveOne(1, 'detector')).toBe(false);
    expect(ledger.list(() => '')).toEqual([{ name: 'detector', units: 3, inUse: 0, heldBy: [] }]);
  });
});
