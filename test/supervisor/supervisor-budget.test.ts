import { fromCallback } from 'xstate';
import { describe, expect, it } from 'vitest';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { Journal, startThree, startTree } from '../support/supervised-parts.ts';
import type { PartManner } from '../support/supervised-parts.ts';

describe('a restart budget', () => {
  it('is spent by one restart too many within the window', async () => {
    const { fail, states, alarms, tree } = startThree('one-for-one');
    await fail('b', 'b');
    expect(alarms).toEqual([]);
    expect(tree.isDegraded()).toBe(false);
    await fail('b');
    expect(states()).toBe('a running, b down, c running');
    expect(tree.isDegraded()).toBe(true);
    expect(alarms).toEqual([
      {
        source: 'supervisor:root/b',
        message:
          'Child "b" failed and is down until a person restarts it: the budget of 2 restarts within 1000 ms is spent.',
        error: expect.objectContaining({ code: 'CHILD_FAILED', message: 'b broke', attempt: 3 }),
      },
    ]);
  });

  it('is the child’s own in one-for-one', async () => {
    const { fail, states } = startThree('one-for-one');
    await fail('a', 'a', 'b', 'b', 'c', 'c');
    expect(states()).toBe('a running, b running, c running');
  });

  it('comes back when the window has passed', async () => {
    const { fail, states, clock } = startThree('one-for-one');
    await fail('b', 'b');
    await clock.advance(1_001);
    await fail('b', 'b');
    expect(states()).toBe('a running, b running, c running');
    await fail('b');
    expect(states()).toBe('a running, b down, c running');
  });

  it('is shared by those that restart together', async () => {
    const { fail, states, alarms, journal, tell, clock } = startThree('one-for-all');
    await fail('a', 'b');
    tell('c', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-c ?b -b ?a -a');
    expect(states()).toBe('a down, b down, c down');
    expect(alarms.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      'supervisor:root/c: Child "c" failed and is down, with its group (a, b, c), until a person restarts it: the budget of 2 restarts within 1000 ms is spent.',
    ]);
  });

  it('takes down only the rest in rest-for-one', async () => {
    const { fail, states } = startThree('rest-for-one');
    await fail('b', 'b', 'b');
    expect(states()).toBe('a running, b down, c down');
  });

  it('is never exceeded, whoever caused the restarts', async () => {
    const { fail, states, tree } = startThree('rest-for-one');
    await fail('c', 'c', 'a');
    expect(tree.status().children.map(({ restarts }) => restarts)).toEqual([0, 0, 2]);
    expect(states()).toBe('a down, b down, c down');
  });

  it('does not stop the supervisor, which goes on restarting others', async () => {
    const { fail, states } = startThree('one-for-one');
    await fail('b', 'b', 'b', 'a');
    expect(states()).toBe('a running, b down, c running');
  });

  it('counts a child that is done too soon as well', async () => {
    const { tell, clock, alarms } = startThree('one-for-one');
    for (let times = 0; times < 3; times += 1) {
      tell('b', 'part.finish');
      // oxlint-disable-next-line no-await-in-loop -- Ends follow each other.
      await clock.advance(0);
    }
    expect(alarms).toEqual([
      {
        source: 'supervisor:root/b',
        message:
          'Child "b" ended and is down until a person restarts it: the budget of 2 restarts within 1000 ms is spent.',
      },
    ]);
  });

  it('shows in the status', async () => {
    const { fail, tree, clock } = startThree('one-for-one');
    await fail('b');
    const shown = () => tree.status().children[1];
    expect(shown()).toMatchObject({
      state: 'running',
      restarts: 1,
      restartsInWindow: 1,
      maxRestarts: 2,
      lastError: { message: 'b broke', attempt: 1 },
    });
    await clock.advance(1_001);
    expect(shown()).toMatchObject({ restarts: 1, restartsInWindow: 0 });
    expect(JSON.parse(JSON.stringify(tree.status()))).toEqual(tree.status());
  });
});

/** A group of three without a budget. */
const fall = (manner: PartManner) => {
  const journal = new Journal();
  const tree = startTree(
    supervisor({
      strategy: 'one-for-all',
      maxRestarts: 0,
      children: [
        { name: 'a', logic: journal.part('a') },
        { name: 'b', logic: journal.part('b') },
        { name: 'c', logic: journal.part('c', manner) },
      ],
    }),
  );
  return { journal, ...tree };
};

describe('a group that goes down', () => {
  it('stays down when a member fails while another one is waited for', async () => {
    const { tell, clock, states, alarms } = fall('deaf');
    tell('a', 'part.fail');
    tell('b', 'part.fail');
    expect(states()).toBe('a down, b down, c stopping');
    await clock.advance(5_000);
    expect(states()).toBe('a down, b down, c down');
    expect(alarms).toHaveLength(1);
  });

  it('goes down once when its members fail at their very start', async () => {
    const logic = fromCallback(() => {
      throw new Error('boom');
    });
    const { clock, states, alarms } = startTree(
      supervisor({
        strategy: 'one-for-all',
        maxRestarts: 0,
        children: ['a', 'b', 'c'].map((name) => ({ name, logic })),
      }),
    );
    await clock.advance(0);
    expect(states()).toBe('a down, b down, c down');
    expect(alarms.map(({ source }) => source)).toEqual(['supervisor:supervisor/a']);
  });

  it('is raised as one by a person', async () => {
    const { tell, clock, states, tree } = fall('obliging');
    tell('a', 'part.fail');
    await clock.advance(0);
    expect(states()).toBe('a down, b down, c down');
    void tree.restartChild('b');
    await clock.advance(0);
    expect(states()).toBe('a running, b running, c running');
  });
});
