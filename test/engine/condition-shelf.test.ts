import { describe, expect, it } from 'vitest';
import { ConditionShelf } from '../../src/engine/condition-shelf.ts';
import type { DefinedPlugin } from '../../src/index.ts';
import { doorOf } from '../support/conditions.ts';
import { pluginOf } from '../support/engine-under-test.ts';

const name = 'door closed';

/** A shelf beside plugins that can be replaced, as by a file that was loaded again. */
function shelfBeside(...plugins: DefinedPlugin[]) {
  const changed: string[] = [];
  const known = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const shelf = new ConditionShelf({
    plugin: (plugin) => known.get(plugin),
    plugins: () => [...known.values()],
    changed: (condition) => void changed.push(condition),
  });
  return {
    shelf,
    changed,
    load: (plugin: DefinedPlugin) => known.set(plugin.name, plugin),
    remove: (plugin: string) => known.delete(plugin),
  };
}

const requiring = (...requires: NonNullable<DefinedPlugin['requires']>) =>
  pluginOf({}, { requires });
const plain = pluginOf({}, { name: 'test.plain' });
const duplicate = expect.objectContaining({ code: 'CONDITION_DUPLICATE' }) as Error;

describe('ConditionShelf', () => {
  it('takes the condition of a plugin that was loaded again in place of its old one', () => {
    const [old, anew] = [doorOf('open').closed, doorOf('open').closed];
    const { shelf, changed, load } = shelfBeside(requiring(old));
    shelf.use(shelf.claim(requiring(old)));
    expect(shelf.find(name)).toBe(old);
    load(requiring(anew));
    shelf.claim(requiring(anew));
    expect([shelf.find(name), changed]).toEqual([anew, [name, name]]);
  });

  it('refuses the condition of another plugin, until the first one has it no more', () => {
    const [one, two] = [doorOf('open').closed, doorOf('open').closed];
    const other = pluginOf({}, { name: 'test.other', requires: [two] });
    const { shelf, load } = shelfBeside(requiring(one), other);
    shelf.claim(requiring(one));
    expect(() => shelf.claim(other)).toThrow(duplicate);
    expect(() => shelf.claim(plain, [two])).toThrow(duplicate);
    load(requiring());
    shelf.claim(other);
    expect(shelf.find(name)).toBe(two);
  });

  it('knows nothing anew when a submission is refused', () => {
    const { shelf } = shelfBeside();
    const door = doorOf('open').closed;
    expect(() => shelf.claim(plain, [door, 'beam on'])).toThrow(
      expect.objectContaining({ code: 'CONDITION_UNKNOWN' }),
    );
    expect([shelf.find(name), shelf.names]).toEqual([undefined, []]);
  });

  it('keeps what a submission brought until the last of its tasks has ended', () => {
    const { shelf } = shelfBeside();
    const door = doorOf('open').closed;
    const names = shelf.claim(plain, [door, name]);
    expect(names).toEqual([name]);
    shelf.use(names);
    shelf.use(shelf.claim(plain, [name]));
    shelf.release(names);
    expect([shelf.find(name), shelf.isRequired(name)]).toEqual([door, true]);
    shelf.release(names);
    expect([shelf.find(name), shelf.isRequired(name)]).toEqual([undefined, false]);
  });

  it('keeps what a submission brought when it is registered meanwhile', () => {
    const { shelf } = shelfBeside();
    const door = doorOf('open').closed;
    const names = shelf.claim(plain, [door]);
    shelf.use(names);
    shelf.register(door);
    shelf.release(names);
    expect(shelf.find(name)).toBe(door);
  });

  it('names the conditions that there are when it refuses one', () => {
    const { shelf } = shelfBeside();
    expect(() => shelf.assertKnown('a')).toThrow('There is no condition "a".');
    for (let index = 10; index < 22; index += 1) {
      shelf.register(doorOf('open', { name: `c${index}` }).closed);
    }
    expect(() => shelf.assertKnown('a')).toThrow(/There are "c10", .*"c19", …\.$/);
  });
});
