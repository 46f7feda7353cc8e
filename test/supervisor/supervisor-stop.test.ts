import { Observable } from 'rxjs';
import { fromCallback, fromObservable, fromPromise, fromTransition, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import type { RunningSupervisor } from '../../src/supervisor/supervisor-tree.ts';
import { Journal, startTree } from '../support/supervised-parts.ts';
import type { PartManner } from '../support/supervised-parts.ts';

const start = (manners: Record<string, PartManner>, shutdownMs = 1_000) => {
  const journal = new Journal();
  const children = Object.entries(manners).map(([name, manner]) => ({
    name,
    logic: journal.part(name, manner),
    shutdownMs,
  }));
  const tree = startTree(supervisor({ name: 'root', children }));
  journal.take();
  return { journal, ...tree };
};

/** Whether a promise has settled by now. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = {};
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('stop', () => {
  it('asks the children to end one by one, the last started first', async () => {
    const { journal, tree, states, clock } = start({ a: 'obliging', b: 'obliging', c: 'obliging' });
    await tree.stop();
    expect(journal.take()).toBe('?c -c ?b -b ?a -a');
    expect(states()).toBe('a stopped, b stopped, c stopped');
    expect(clock.pending).toBe(0);
  });

  it('asks the next one only when the one before has ended', async () => {
    const { journal, tree, tell, states } = start({ a: 'obliging', b: 'deaf' });
    const stopped = tree.stop();
    expect(journal.take()).toBe('?b');
    expect(states()).toBe('a running, b stopping');
    expect(await hasSettled(stopped)).toBe(false);
    tell('b', 'part.finish');
    await stopped;
    expect(journal.take()).toBe('-b ?a -a');
  });

  it('kills a child that does not end in time', async () => {
    const { journal, tree, clock, log } = start({ a: 'obliging', b: 'deaf' });
    const stopped = tree.stop();
    await clock.advance(999);
    expect(journal.take()).toBe('?b');
    await clock.advance(1);
    await stopped;
    expect(journal.take()).toBe('-b ?a -a');
    expect(log).toContain('A supervised child did not end within its shutdownMs and is killed.');
  });

  it('kills at once with a shutdownMs of 0', async () => {
    const { journal, tree } = start({ a: 'obliging' }, 0);
    await tree.stop();
    expect(journal.take()).toBe('-a');
  });

  it('does not wait for a machine that does not know the event', async () => {
    const { journal, tree } = start({ a: 'rude', b: 'rude' });
    await tree.stop();
    expect(journal.take()).toBe('-b -a');
  });

  it('does not wait for a machine that takes the event by a wildcard only', async () => {
    const machine = setup({}).createMachine({ on: { '*': { actions: [() => {}] } } });
    const { tree, states } = startTree(supervisor({ children: [{ name: 'any', logic: machine }] }));
    await tree.stop();
    expect(states()).toBe('any stopped');
  });

  it('asks a busy machine when it comes to a state that takes the event', async () => {
    const { journal, tree, tell } = start({ a: 'busy' });
    const stopped = tree.stop();
    expect(journal.take()).toBe('');
    tell('a', 'part.rest');
    await stopped;
    expect(journal.take()).toBe('?a -a');
  });

  it('kills a machine that stays busy', async () => {
    const { journal, tree, clock } = start({ a: 'busy' });
    const stopped = tree.stop();
    await clock.advance(1_000);
    await stopped;
    expect(journal.take()).toBe('-a');
  });

  it('kills a machine whose guard throws at the question', async () => {
    const machine = setup({
      guards: {
        isSafe: () => {
          throw new Error('no idea');
        },
      },
    }).createMachine({
      initial: 'on',
      states: {
        on: { on: { 'supervisor.stop': { guard: { type: 'isSafe' }, target: 'off' } } },
        off: { type: 'final' },
      },
    });
    const { tree, clock, states } = startTree(
      supervisor({ children: [{ name: 'unsure', logic: machine }] }),
    );
    const stopped = tree.stop();
    await clock.advance(5_000);
    await stopped;
    expect(states()).toBe('unsure stopped');
  });

  it('ends promises, observables, callbacks and reducers at once, and they clean up', async () => {
    const ended: string[] = [];
    const { tree } = startTree(
      supervisor({
        children: [
          {
            name: 'promise',
            logic: fromPromise(({ signal }) => {
              signal.addEventListener('abort', () => void ended.push('promise'));
              return new Promise(() => {});
            }),
          },
          {
            name: 'observable',
            logic: fromObservable(() => new Observable(() => () => void ended.push('observable'))),
          },
          { name: 'callback', logic: fromCallback(() => () => void ended.push('callback')) },
          {
            name: 'reducer',
            logic: fromTransition((state, event) => {
              if (event.type === 'xstate.stop') ended.push('reducer');
              return state;
            }, 0),
          },
        ],
      }),
    );
    await tree.stop();
    expect(ended).toEqual(['reducer', 'callback', 'observable', 'promise']);
  });

  it('is the same stop when asked again, also afterwards', async () => {
    const { journal, tree } = start({ a: 'obliging' });
    const first = tree.stop();
    expect(tree.stop()).toBe(first);
    await first;
    expect(tree.stop()).toBe(first);
    expect(tree.ended).toBe(first);
    expect(journal.take()).toBe('?a -a');
  });

  it('overtakes a restart that is due', async () => {
    const { journal, tree, tell, clock, states } = start({ a: 'obliging', b: 'obliging' });
    tell('b', 'part.fail');
    await tree.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(journal.take()).toBe('-b ?a -a');
    expect(states()).toBe('a stopped, b stopped');
  });

  it('goes on waiting for a child that was being stopped for a person', async () => {
    const { journal, tree, clock } = start({ a: 'deaf', b: 'obliging' });
    const answer = tree.stopChild('a');
    await clock.advance(400);
    const stopped = tree.stop();
    expect(journal.take()).toBe('?a');
    await clock.advance(600);
    await stopped;
    expect(journal.take()).toBe('-a ?b -b');
    expect(await answer).toMatchObject({ name: 'a', state: 'stopped' });
  });

  it('goes on when a child fails while it is asked, or before', async () => {
    const { journal, tree, tell, clock, states, alarms } = start({
      a: 'deaf',
      b: 'deaf',
      c: 'deaf',
    });
    const stopped = tree.stop();
    tell('a', 'part.fail');
    tell('c', 'part.fail');
    await clock.advance(0);
    expect(journal.take()).toBe('?c -a -c ?b');
    tell('b', 'part.finish');
    await stopped;
    expect(states()).toBe('a stopped, b stopped, c stopped');
    expect(alarms).toEqual([]);
  });

  it('goes on when a clean-up throws, and keeps the error', async () => {
    const journal = new Journal();
    const { tree } = startTree(
      supervisor({
        children: [
          { name: 'a', logic: journal.part('a') },
          {
            name: 'b',
            logic: fromCallback(() => () => {
              throw new Error('valve stuck');
            }),
          },
        ],
      }),
    );
    await tree.stop();
    expect(journal.take()).toBe('+a ?a -a');
    expect(tree.status().children[1]).toMatchObject({
      state: 'stopped',
      lastError: { message: 'valve stuck' },
    });
  });

  it('can be asked by a child of its own', async () => {
    let tree: RunningSupervisor | undefined;
    const journal = new Journal();
    const machine = setup({ actions: { stopAll: () => void tree?.stop() } }).createMachine({
      initial: 'on',
      states: {
        on: {
          on: {
            'panic.press': { actions: [{ type: 'stopAll' }] },
            'supervisor.stop': { target: 'off' },
          },
        },
        off: { type: 'final' },
      },
    });
    const started = startTree(
      supervisor({
        children: [
          { name: 'a', logic: journal.part('a') },
          { name: 'button', logic: machine },
          { name: 'c', logic: journal.part('c') },
        ],
      }),
    );
    ({ tree } = started);
    started.tell('button', 'panic.press');
    await tree.ended;
    expect(journal.take()).toBe('+a +c ?c -c ?a -a');
  });

  it('kills what is left after graceMs, whatever each child is allowed', async () => {
    const { journal, tree, clock } = start({ a: 'deaf', b: 'deaf', c: 'deaf' });
    const stopped = tree.stop({ graceMs: 1_500 });
    await clock.advance(1_499);
    expect(journal.take()).toBe('?c -c ?b');
    await clock.advance(1);
    await stopped;
    expect(journal.take()).toBe('-b -a');
    expect(clock.pending).toBe(0);
  });

  it('takes a shorter graceMs later, and no longer one', async () => {
    const { journal, tree, clock } = start({ a: 'deaf', b: 'deaf' });
    const stopped = tree.stop({ graceMs: 900 });
    void tree.stop({ graceMs: 100 });
    void tree.stop({ graceMs: 800 });
    await clock.advance(100);
    await stopped;
    expect(journal.take()).toBe('?b -b -a');
  });

  it.each([-1, Number.NaN])('refuses a graceMs of %s', (graceMs) => {
    const { tree } = start({ a: 'obliging' });
    expect(() => tree.stop({ graceMs })).toThrow('Option `graceMs` must be');
  });
});
