import { describe, expect, it } from 'vitest';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { Journal, startTree } from '../support/supervised-parts.ts';
import type { PartManner } from '../support/supervised-parts.ts';

const start = (manner: PartManner = 'obliging') => {
  const journal = new Journal();
  const inner = supervisor({
    strategy: 'one-for-all',
    maxRestarts: 1,
    children: [
      { name: 'x', logic: journal.part('x', manner) },
      { name: 'y', logic: journal.part('y', manner) },
    ],
  });
  const tree = startTree(
    supervisor({
      name: 'root',
      strategy: 'rest-for-one',
      children: [
        { name: 'a', logic: journal.part('a') },
        { name: 'inner', logic: inner },
        { name: 'c', logic: journal.part('c') },
      ],
    }),
  );
  return { journal, ...tree };
};

describe('a supervisor as a child', () => {
  it('starts and stops its children in its own place', async () => {
    const { journal, tree } = start();
    expect(journal.take()).toBe('+a +x +y +c');
    await tree.stop();
    expect(journal.take()).toBe('?c -c ?y -y ?x -x ?a -a');
  });

  it('restarts its own children without anyone noticing above', async () => {
    const { journal, clock, tell, states } = start();
    journal.take();
    tell('inner/y', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-y ?x -x +x +y');
    expect(states()).toBe('a running, inner running, c running');
  });

  it('does not escalate a spent budget, but degrades the whole tree', async () => {
    const { clock, tell, states, tree, alarms } = start();
    tell('inner/y', 'part.fail');
    await clock.advance(0);
    tell('inner/x', 'part.fail');
    await clock.advance(0);
    expect(states()).toBe('a running, inner running, c running');
    expect(tree.isDegraded()).toBe(true);
    expect(tree.status().children[1]?.supervisor).toMatchObject({
      isDegraded: true,
      children: [
        { name: 'x', state: 'down' },
        { name: 'y', state: 'down' },
      ],
    });
    expect(alarms).toMatchObject([{ source: 'supervisor:root/inner/x' }]);
    expect(JSON.parse(JSON.stringify(tree.status()))).toEqual(tree.status());

    const answer = tree.restartChild('inner/x');
    await clock.advance(0);
    expect(await answer).toMatchObject({ name: 'x', state: 'running' });
    expect(tree.isDegraded()).toBe(false);
  });

  it('is started afresh with its group, with new budgets', async () => {
    const { journal, clock, tell, tree } = start();
    tell('inner/y', 'part.fail');
    await clock.advance(0);
    journal.take();
    tell('a', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('-a ?c -c ?y -y ?x -x +a +x +y +c');
    const inner = tree.status().children[1];
    expect(inner).toMatchObject({ restarts: 1, supervisor: { children: [{ restarts: 0 }, {}] } });
  });

  it('is restarted by a person', async () => {
    const { journal, clock, tree } = start();
    journal.take();
    const answer = tree.restartChild('inner');
    await clock.advance(0);
    expect(await answer).toMatchObject({ name: 'inner', state: 'running' });
    expect(journal.take()).toBe('?c -c ?y -y ?x -x +x +y +c');
  });

  it('is stopped by a person, and refuses requests then', async () => {
    const { journal, clock, tree } = start();
    journal.take();
    const answer = tree.stopChild('inner');
    await clock.advance(0);
    expect(await answer).toMatchObject({ state: 'stopped', supervisor: { state: 'stopped' } });
    expect(journal.take()).toBe('?y -y ?x -x');
    expect(() => tree.restartChild('inner/x')).toThrow(
      'Supervisor "root/inner" is stopping or has stopped, so child "inner/x" stays ended.',
    );
    expect(tree.whereis('inner/x')).toBeUndefined();
  });

  it('has all the time its children are allowed', async () => {
    const { journal, tree, clock } = start('deaf');
    journal.take();
    const stopped = tree.stop();
    await clock.advance(9_999);
    expect(journal.take()).toBe('?c -c ?y -y ?x');
    await clock.advance(1);
    await stopped;
    expect(journal.take()).toBe('-x ?a -a');
  });

  it('is killed with its children when graceMs is over', async () => {
    const { journal, tree, clock } = start('deaf');
    journal.take();
    const stopped = tree.stop({ graceMs: 10 });
    await clock.advance(10);
    await stopped;
    expect(journal.take()).toBe('?c -c ?y -y -x -a');
    expect(clock.pending).toBe(0);
  });

  it('is no actor that can be asked for, and unknown children are named with its path', () => {
    const { tree } = start();
    expect(tree.whereis('inner')).toBeUndefined();
    expect(tree.whereis('inner/z')).toBeUndefined();
    expect(tree.whereis('a/x')).toBeUndefined();
    expect(() => tree.restartChild('inner/z')).toThrow(
      'Supervisor "root/inner" has no child "inner/z". Its children are: x, y.',
    );
  });
});
