import { describe, expect, it } from 'vitest';
import type { ChildStatus } from '../../src/supervisor/supervisor-status.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { Journal, startThree, startTree } from '../support/supervised-parts.ts';

describe('restartChild', () => {
  it('starts a child that is down with a new budget', async () => {
    const { fail, states, tree, clock } = startThree('one-for-one');
    await fail('b', 'b', 'b');
    const answer = tree.restartChild('b', { by: { who: 'operator' }, reason: 'cable replaced' });
    await clock.advance(0);
    expect(await answer).toMatchObject({ name: 'b', state: 'running', restartsInWindow: 0 });
    expect(tree.isDegraded()).toBe(false);
    await fail('b', 'b');
    expect(states()).toBe('a running, b running, c running');
  });

  it('starts the group that went down together', async () => {
    const { fail, states, tree, clock, journal } = startThree('one-for-all');
    await fail('a', 'a', 'a');
    void tree.restartChild('c');
    await clock.advance(0);
    expect(journal.take()).toBe('+a +b +c');
    expect(states()).toBe('a running, b running, c running');
  });

  it('stops a child that runs first, with those it restarts with', async () => {
    const { journal, tree, clock } = startThree('rest-for-one');
    journal.take();
    void tree.restartChild('b');
    await clock.advance(0);
    expect(journal.take()).toBe('?c -c ?b -b +b +c');
  });

  it('answers each of several requests when all is done', async () => {
    const { journal, tree, clock } = startThree('one-for-one');
    journal.take();
    const answers = Promise.all([tree.restartChild('a'), tree.restartChild('b')]);
    await clock.advance(0);
    expect(await answers).toMatchObject([
      { name: 'a', state: 'running', restarts: 1 },
      { name: 'b', state: 'running', restarts: 1 },
    ]);
    expect(journal.take()).toBe('?a -a ?b -b +a +b');
  });

  it('answers with what became of the child when the supervisor is stopped meanwhile', async () => {
    const { tree } = startThree('one-for-one');
    const answer = tree.restartChild('b');
    await tree.stop();
    expect(await answer).toMatchObject({ name: 'b', state: 'stopped' });
  });

  it('answers a request that comes too late to be done', async () => {
    const journal = new Journal();
    let answer: Promise<ChildStatus> | undefined;
    let lives = 0;
    const input = (): number => {
      lives += 1;
      if (lives === 2) {
        void tree.stop();
        answer = tree.restartChild('a');
      }
      return lives;
    };
    const { tree, tell, clock } = startTree(
      supervisor({ children: [{ name: 'a', logic: journal.part('a'), input }] }),
    );
    tell('a', 'part.fail');
    await clock.advance(0);
    expect(await answer).toMatchObject({ name: 'a', state: 'stopped' });
  });

  it('refuses a name that is not there, and says which are', () => {
    const { tree } = startThree('one-for-one');
    expect(() => tree.restartChild('d')).toThrow(
      'Supervisor "root" has no child "d". Its children are: a, b, c.',
    );
    expect(() => tree.stopChild('a/b')).toThrow(expect.objectContaining({ code: 'CHILD_UNKNOWN' }));
  });

  it('is refused once the supervisor is asked to stop', async () => {
    const { tree } = startThree('one-for-one');
    const refusal = expect.objectContaining({ code: 'SUPERVISOR_STOPPED' });
    const stopped = tree.stop();
    expect(tree.status().state).toBe('stopping');
    expect(() => tree.restartChild('a')).toThrow(refusal);
    await stopped;
    expect(() => tree.stopChild('a')).toThrow(refusal);
  });
});

describe('stopChild', () => {
  it('stops one child, and only that', async () => {
    const { journal, tree, clock, states } = startThree('one-for-all');
    journal.take();
    const answer = tree.stopChild('b');
    await clock.advance(0);
    expect(await answer).toMatchObject({ name: 'b', state: 'stopped' });
    expect(journal.take()).toBe('?b -b');
    expect(states()).toBe('a running, b stopped, c running');
  });

  it('ends the alarm condition of a child that is down', async () => {
    const { fail, tree, clock } = startThree('one-for-one');
    await fail('b', 'b', 'b');
    void tree.stopChild('b');
    await clock.advance(0);
    expect(tree.isDegraded()).toBe(false);
  });

  it('holds for a child that fails before its turn to be stopped comes', async () => {
    const journal = new Journal();
    const { tree, tell, clock, states, alarms } = startTree(
      supervisor({
        children: [
          { name: 'a', logic: journal.part('a') },
          { name: 'b', logic: journal.part('b', 'deaf') },
        ],
      }),
    );
    void tree.stopChild('b');
    void tree.stopChild('a');
    tell('a', 'part.fail');
    await clock.advance(5_000);
    expect(states()).toBe('a stopped, b stopped');
    expect(alarms).toEqual([]);
  });

  it('wins over a restart that is due', async () => {
    const { journal, tree, clock, tell, states } = startThree('one-for-one');
    journal.take();
    tell('b', 'part.fail');
    expect(states()).toBe('a running, b restarting, c running');
    void tree.stopChild('b');
    await clock.advance(0);
    expect(journal.take()).toBe('-b');
    expect(states()).toBe('a running, b stopped, c running');
  });
});

describe('subscribe', () => {
  it('tells of each change until it is undone', async () => {
    const { tree, tell, clock, states } = startThree('one-for-one');
    const seen: string[] = [];
    const undo = tree.subscribe(() => void seen.push(states()));
    tell('b', 'part.fail');
    await clock.advance(0);
    expect(seen).toEqual(['a running, b restarting, c running', 'a running, b running, c running']);
    undo();
    tell('b', 'part.fail');
    expect(seen).toHaveLength(2);
  });
});
