import { Observable } from 'rxjs';
import { fromCallback, fromObservable, fromPromise, setup } from 'xstate';
import type { AnyActorLogic } from 'xstate';
import { describe, expect, it } from 'vitest';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { Journal, startTree, thrower } from '../support/supervised-parts.ts';

/** What a broken actor logic looks like: it throws when its first snapshot is asked for. */
const stillborn: AnyActorLogic = {
  ...fromPromise(async () => 1),
  getInitialSnapshot: thrower(new Error('stillborn')),
};

/** An error that cannot be looked at. */
const poisoned = new Proxy(new Error('poison'), { get: thrower(new Error('do not touch')) });

describe('a supervised child', () => {
  it.each([
    ['a callback that throws at its start', fromCallback(thrower(new Error('boom'))), 'boom'],
    ['a promise creator that throws', fromPromise(thrower(new Error('boom'))), 'boom'],
    ['a promise that rejects', fromPromise(async () => thrower(new Error('boom'))()), 'boom'],
    [
      'an observable that errors at once',
      fromObservable(() => new Observable((subscriber) => subscriber.error(new Error('boom')))),
      'boom',
    ],
    ['a logic without a first snapshot', stillborn, 'stillborn'],
    [
      'a machine whose entry throws',
      setup({ actions: { enter: thrower(new Error('boom')) } }).createMachine({
        entry: [{ type: 'enter' }],
      }),
      'boom',
    ],
    ['one that throws nothing', fromCallback(thrower(undefined)), 'thrown value: undefined'],
    ['one that throws a poisoned error', fromCallback(thrower(poisoned)), 'cannot be read'],
  ])('spends its budget and goes down: %s', async (_, logic, message) => {
    const journal = new Journal();
    const { tree, clock, states, alarms } = startTree(
      supervisor({
        children: [
          { name: 'bad', logic },
          { name: 'good', logic: journal.part('good') },
        ],
      }),
    );
    await clock.advance(0);
    expect(states()).toBe('bad down, good running');
    expect(tree.status().children[0]).toMatchObject({
      restarts: 3,
      lastError: { message: expect.stringContaining(message), attempt: 4 },
    });
    expect(alarms).toHaveLength(1);
    expect(journal.take()).toBe('+good');
  });

  it('fails when its input cannot be made', async () => {
    const logic = fromPromise(async ({ input }: { input: number }) => input);
    const { clock, states } = startTree(
      supervisor({ children: [{ name: 'a', logic, input: thrower(new Error('no input')) }] }),
    );
    await clock.advance(0);
    expect(states()).toBe('a down');
  });

  it('leaves a turn to others between two starts', async () => {
    let starts = 0;
    const logic = fromCallback(() => {
      starts += 1;
      throw new Error('boom');
    });
    const { clock } = startTree(
      supervisor({ maxRestarts: 1_000_000, children: [{ name: 'a', logic }] }),
    );
    expect(starts).toBe(1);
    expect(clock.pending).toBe(1);
  });

  it('leaves nothing behind that it had invoked', async () => {
    const journal = new Journal();
    const { tell, clock } = startTree(
      supervisor({ children: [{ name: 'a', logic: journal.part('a') }] }),
    );
    tell('a', 'part.fail');
    expect(journal.take()).toBe('+a -a');
    await clock.advance(0);
    expect(journal.take()).toBe('+a');
  });

  it('may use a system id again in its next life', async () => {
    const machine = setup({
      actors: { motor: fromCallback(() => {}) },
      actions: { fail: thrower(new Error('boom')) },
    }).createMachine({
      invoke: { src: 'motor', systemId: 'motor' },
      on: { 'part.fail': { actions: [{ type: 'fail' }] } },
    });
    const { tell, clock, states, tree } = startTree(
      supervisor({ children: [{ name: 'a', logic: machine }] }),
    );
    tell('a', 'part.fail');
    await clock.advance(0);
    expect(states()).toBe('a running');
    expect(tree.status().children[0]).toMatchObject({ restarts: 1 });
  });
});
