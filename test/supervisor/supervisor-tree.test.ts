import { fromPromise } from 'xstate';
import { describe, expect, it } from 'vitest';
import type {
  RestartType,
  SupervisorStrategy,
} from '../../src/supervisor/supervisor-definition.ts';
import { startSupervisor } from '../../src/supervisor/supervisor-tree.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { Journal, startTree } from '../support/supervised-parts.ts';

/** Three parts; the type is that of `b`, the others are permanent unless it is said. */
const abc = (
  journal: Journal,
  strategy: SupervisorStrategy,
  restart: RestartType = 'permanent',
  others: RestartType = 'permanent',
) =>
  supervisor({
    name: 'root',
    strategy,
    maxRestarts: 2,
    windowMs: 1_000,
    children: [
      { name: 'a', logic: journal.part('a'), restart: others },
      { name: 'b', logic: journal.part('b'), restart },
      { name: 'c', logic: journal.part('c'), restart: others },
    ],
  });

const start = (...options: Parameters<typeof abc>) => {
  const tree = startTree(abc(...options));
  options[0].take();
  return tree;
};

describe('startSupervisor', () => {
  it('starts the children in order', () => {
    const journal = new Journal();
    const { states } = startTree(abc(journal, 'one-for-one'));
    expect(journal.take()).toBe('+a +b +c');
    expect(states()).toBe('a running, b running, c running');
  });

  it('takes a supervisor without children', async () => {
    const { tree } = startTree(supervisor({ children: [] }));
    expect(tree.status()).toEqual({
      name: 'supervisor',
      strategy: 'one-for-one',
      state: 'running',
      isDegraded: false,
      children: [],
    });
    await tree.stop();
    expect(tree.status().state).toBe('stopped');
  });

  it('runs on the machine’s own clock without a logger or listeners', async () => {
    const journal = new Journal();
    const tree = startSupervisor(abc(journal, 'one-for-one'));
    tree.whereis('b')?.send({ type: 'part.fail' });
    await expect.poll(() => journal.lines.at(-1)).toBe('+b');
    await tree.stop();
    expect(journal.take()).toBe('+a +b +c -b +b ?c -c ?b -b ?a -a');
  });
});

describe('a strategy and a restart type', () => {
  it.each([
    ['one-for-one', 'permanent', 'part.fail', '-b +b'],
    ['one-for-one', 'permanent', 'part.finish', '-b +b'],
    ['one-for-one', 'transient', 'part.fail', '-b +b'],
    ['one-for-one', 'transient', 'part.finish', '-b'],
    ['one-for-one', 'temporary', 'part.fail', '-b'],
    ['one-for-one', 'temporary', 'part.finish', '-b'],
    ['one-for-all', 'permanent', 'part.fail', '-b ?c -c ?a -a +a +b +c'],
    ['one-for-all', 'permanent', 'part.finish', '-b ?c -c ?a -a +a +b +c'],
    ['one-for-all', 'transient', 'part.fail', '-b ?c -c ?a -a +a +b +c'],
    ['one-for-all', 'transient', 'part.finish', '-b'],
    ['one-for-all', 'temporary', 'part.fail', '-b'],
    ['one-for-all', 'temporary', 'part.finish', '-b'],
    ['rest-for-one', 'permanent', 'part.fail', '-b ?c -c +b +c'],
    ['rest-for-one', 'permanent', 'part.finish', '-b ?c -c +b +c'],
    ['rest-for-one', 'transient', 'part.fail', '-b ?c -c +b +c'],
    ['rest-for-one', 'transient', 'part.finish', '-b'],
    ['rest-for-one', 'temporary', 'part.fail', '-b'],
    ['rest-for-one', 'temporary', 'part.finish', '-b'],
  ] as const)('do, %s and %s at %s: %s', async (strategy, restart, event, told) => {
    const journal = new Journal();
    const { tell, clock, alarms } = start(journal, strategy, restart);
    tell('b', event);
    await clock.advance(0);
    expect(journal.take()).toBe(told);
    expect(alarms).toHaveLength(restart === 'temporary' && event === 'part.fail' ? 1 : 0);
  });

  it.each([
    ['permanent', 'part.fail', 'running', 'a running, b running, c running'],
    ['transient', 'part.finish', 'completed', 'a running, b completed, c running'],
    ['temporary', 'part.finish', 'completed', 'a running, b completed, c running'],
    ['temporary', 'part.fail', 'stopped', 'a running, b stopped, c running'],
  ] as const)('leave a %s child after %s %s', async (restart, event, _, shown) => {
    const { tell, clock, states, tree } = start(new Journal(), 'one-for-all', restart);
    tell('b', event);
    await clock.advance(0);
    expect(states()).toBe(shown);
    expect(tree.isDegraded()).toBe(false);
  });

  it('end temporary siblings with their group and leave them ended', async () => {
    const journal = new Journal();
    const { tell, clock, states } = start(journal, 'one-for-all', 'permanent', 'temporary');
    tell('b', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-b ?c -c ?a -a +b');
    expect(states()).toBe('a stopped, b running, c stopped');
  });

  it('start a sibling that was done again with its group', async () => {
    const journal = new Journal();
    const { tell, clock } = start(journal, 'one-for-all', 'permanent', 'transient');
    tell('c', 'part.finish');
    tell('b', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-c -b ?a -a +a +b +c');
  });

  it('leave a sibling that a person stopped as it is', async () => {
    const journal = new Journal();
    const { tree, tell, clock } = start(journal, 'one-for-all');
    void tree.stopChild('c');
    await clock.advance(0);
    journal.take();
    tell('b', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-b ?a -a +a +b');
  });

  it('restart a group once when two of it fail at the same time', async () => {
    const journal = new Journal();
    const { tree, tell, clock } = start(journal, 'one-for-all');
    tell('b', 'part.fail');
    tell('c', 'part.fail');
    tell('a', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-b ?c -c -a +a +b +c');
    expect(tree.status().children.map(({ restarts }) => restarts)).toEqual([1, 1, 1]);
  });

  it('restart each of several that fail at the same time, in start order', async () => {
    const journal = new Journal();
    const { tell, clock } = start(journal, 'one-for-one');
    for (const name of ['c', 'b', 'a']) tell(name, 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-c -b -a +a +b +c');
  });

  it('widen a group that is being cleared when an earlier sibling fails', async () => {
    const journal = new Journal();
    const { tell, clock } = startTree(
      supervisor({
        strategy: 'rest-for-one',
        children: [
          { name: 'a', logic: journal.part('a') },
          { name: 'b', logic: journal.part('b') },
          { name: 'c', logic: journal.part('c', 'deaf'), shutdownMs: 100 },
        ],
      }),
    );
    tell('b', 'part.fail');
    tell('a', 'part.fail');
    await clock.advance(99);
    expect(journal.take()).toBe('+a +b +c -b ?c -a');
    await clock.advance(1);
    expect(journal.take()).toBe('-c +a +b +c');
  });

  it('make each life afresh from its input', async () => {
    const inputs: unknown[] = [];
    let starts = 0;
    const logic = fromPromise(async ({ input }: { input: { start: number } }) => {
      inputs.push(input);
    });
    const { clock } = startTree(
      supervisor({
        maxRestarts: 1,
        children: [
          { name: 'made', logic, input: () => ({ start: (starts += 1) }) },
          { name: 'given', logic, input: { start: 7 } },
        ],
      }),
    );
    await clock.advance(0);
    expect(inputs).toEqual([{ start: 1 }, { start: 7 }, { start: 2 }, { start: 7 }]);
  });
});
