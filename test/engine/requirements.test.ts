import { describe, expect, it } from 'vitest';
import { ConditionShelf } from '../../src/engine/condition-shelf.ts';
import { ConditionWatches } from '../../src/engine/condition-watches.ts';
import { Requirements } from '../../src/engine/requirements.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { doorOf } from '../support/conditions.ts';

const name = 'door closed';

function requirements() {
  const shelf = new ConditionShelf({
    plugin: () => undefined,
    plugins: () => [],
    changed: (condition) => watches.changed(condition),
  });
  const watches: ConditionWatches = new ConditionWatches({
    clock: simulatedClock(),
    logger: silentLogger,
    find: (condition) => shelf.find(condition),
    isBypassed: () => false,
  });
  return { required: new Requirements({ shelf, watches, logger: silentLogger }), shelf };
}

describe('Requirements.watch', () => {
  it('tells what is no task of changes, and shares the look with others', () => {
    const { required, shelf } = requirements();
    const door = doorOf('open');
    const beam = doorOf('closed', { name: 'beam on' });
    const told: boolean[] = [];
    const watched = required.watch([door.closed, beam.closed], () => told.push(watched.isMet));
    const other = required.watch([name], () => {});
    expect([watched.isMet, watched.waits, door.listeners]).toMatchObject([
      false,
      [{ name, problem: 'unmet' }],
      1,
    ]);
    door.move('closed');
    beam.move('open');
    expect([told, watched.look()]).toEqual([[true, false], null]);
    watched.close();
    watched.close();
    expect([door.listeners, beam.listeners, shelf.find(name)]).toEqual([1, 0, door.closed]);
    other.close();
    expect([door.listeners, shelf.names]).toEqual([0, []]);
  });
});

describe('Requirements.keep', () => {
  it('keeps conditions known by their names until it is closed', () => {
    const { required, shelf } = requirements();
    const door = doorOf('open');
    const kept = required.keep([door.closed]);
    expect([kept.names, shelf.find(name)]).toEqual([[name], door.closed]);
    kept.close();
    kept.close();
    expect(shelf.find(name)).toBeUndefined();
    expect(() => required.keep([name])).toThrow(
      expect.objectContaining({ code: 'CONDITION_UNKNOWN' }),
    );
  });

  it('keeps names from before a restart that nobody knows: work that requires one waits', () => {
    const { required } = requirements();
    const kept = required.keepAgain([name]);
    const watched = required.watch([name], () => {});
    expect(watched.waits).toMatchObject([{ name, problem: 'unknown' }]);
    watched.close();
    kept.close();
  });
});
