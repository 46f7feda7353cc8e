import { createActor, emit, fromCallback, setup } from 'xstate';
import type { AnyActorRef, InspectionEvent } from 'xstate';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/kernel/logger.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { startSupervisor } from '../../src/supervisor/supervisor-tree.ts';
import { Journal, startTree, thrower } from '../support/supervised-parts.ts';

const later = (): unknown => Promise.reject(new Error('listener'));

/** Throws at what a child became, not at what its supervisor did. */
const inspect = (event: InspectionEvent): void => {
  const isChild = 'id' in event.actorRef && event.actorRef.id === 'child';
  if (isChild && event.type === '@xstate.snapshot') throw new Error('inspector');
};

describe('what callers do', () => {
  it('ends nothing when a logger, an alarm listener or a subscriber throws, now or later', async () => {
    const journal = new Journal();
    const clock = simulatedClock();
    const throwing = thrower(new Error('listener'));
    const tree = startSupervisor(
      supervisor({
        maxRestarts: 1,
        children: [
          { name: 'a', logic: journal.part('a') },
          { name: 'b', logic: journal.part('b') },
        ],
      }),
      {
        clock,
        logger: { debug: throwing, info: throwing, warn: throwing, error: later },
        onAlarm: later,
      },
    );
    tree.subscribe(throwing);
    tree.subscribe(later);
    tree.whereis('a')?.subscribe(throwing);
    tree.whereis('a')?.on('*', throwing);
    for (let times = 0; times < 2; times += 1) {
      tree.whereis('a')?.send({ type: 'part.fail' });
      // oxlint-disable-next-line no-await-in-loop -- Failures follow each other.
      await clock.advance(0);
    }
    expect(tree.status().children).toMatchObject([{ state: 'down' }, { state: 'running' }]);
    await tree.stop();
    expect(journal.take()).toBe('+a +b -a +a -a ?b -b');
  });

  it('tells subscribers of an actor its snapshots and what it emits, until undone', () => {
    const machine = setup({
      types: { emitted: {} as { type: 'part.spoke' } },
      actions: { speak: emit({ type: 'part.spoke' }) },
    }).createMachine({
      initial: 'silent',
      states: {
        silent: { on: { 'part.speak': { target: 'spoken', actions: [{ type: 'speak' }] } } },
        spoken: { on: { 'part.speak': { target: 'silent', actions: [{ type: 'speak' }] } } },
      },
    });
    const { tree, tell } = startTree(supervisor({ children: [{ name: 'a', logic: machine }] }));
    const actor = tree.whereis<typeof machine>('a');
    const seen: unknown[] = [];
    const undo = actor?.subscribe(({ value }) => void seen.push(value));
    const undoOn = actor?.on('part.spoke', ({ type }) => void seen.push(type));
    tell('a', 'part.speak');
    expect(actor?.getSnapshot().value).toBe('spoken');
    undo?.();
    undoOn?.();
    tell('a', 'part.speak');
    expect(seen).toEqual(['part.spoke', 'spoken']);
  });

  it('drops events that are forged or late', async () => {
    const journal = new Journal();
    const forger = setup({
      actions: {
        forge: ({ self }) => {
          const { _parent: parent } = self as { _parent?: { send(event: object): void } };
          const life = { name: 'a', incarnation: 1 };
          parent?.send({ type: 'child.ended', outcome: 'error', ...life });
          parent?.send({ type: 'child.ended', outcome: 'error', ...life, incarnation: 0 });
          parent?.send({ type: 'child.ended', outcome: 'error', ...life, name: 'z' });
          parent?.send({ type: 'child.stopped', ...life });
          parent?.send({ type: 'deadline.passed', ...life, incarnation: 7 });
          parent?.send({ type: 'start.due' });
          parent?.send({ type: 'group.cleared' });
          parent?.send({ type: 'xstate.error.actor.unknown' });
        },
      },
    }).createMachine({ on: { 'part.forge': { actions: [{ type: 'forge' }] } } });
    const { tell, clock, states } = startTree(
      supervisor({
        children: [
          { name: 'a', logic: journal.part('a') },
          { name: 'forger', logic: forger },
        ],
      }),
    );
    tell('forger', 'part.forge');
    await clock.advance(0);
    expect(states()).toBe('a running, forger running');
    expect(journal.take()).toBe('+a');
  });
});

/** A child, and a supervisor of another one. */
const two = (journal: Journal) =>
  supervisor({
    name: 'root',
    children: [
      { name: 'a', logic: journal.part('a', 'deaf') },
      {
        name: 'inner',
        logic: supervisor({ children: [{ name: 'b', logic: journal.part('b') }] }),
      },
    ],
  });

describe('an event of an earlier life', () => {
  it('is not taken for one of the present life', async () => {
    let parent: AnyActorRef | undefined;
    const late = { type: 'child.ended', outcome: 'error', name: 'a', incarnation: 1 };
    const logic = fromCallback(({ self, receive }) => {
      ({ _parent: parent } = self as AnyActorRef);
      receive(thrower(new Error('boom')));
    });
    const done = setup({}).createMachine({ initial: 'done', states: { done: { type: 'final' } } });
    const { tell, clock, tree } = startTree(
      supervisor({
        strategy: 'one-for-all',
        children: [
          { name: 'z', logic, input: () => parent?.send(late) as undefined },
          { name: 'a', logic: done, restart: 'transient' },
        ],
      }),
    );
    tell('z', 'part.fail');
    await clock.advance(0);
    expect(tree.status().children[1]).toMatchObject({ state: 'completed', restarts: 1 });
  });
});

describe('what is around', () => {
  it('may be an inspector that throws', async () => {
    const parent = createActor(setup({}).createMachine({}), { inspect }).start();
    const done = setup({}).createMachine({ initial: 'done', states: { done: { type: 'final' } } });
    const clock = simulatedClock();
    const tree = startSupervisor(
      supervisor({ children: [{ name: 'a', logic: done, restart: 'transient' }] }),
      { parent, clock },
    );
    await clock.advance(0);
    expect(tree.status().children).toMatchObject([{ state: 'completed', restarts: 0 }]);
  });

  it('may be a clock that cannot clear a timer', async () => {
    const journal = new Journal();
    const clock = simulatedClock();
    const tree = startSupervisor(
      supervisor({ children: [{ name: 'a', logic: journal.part('a', 'deaf'), shutdownMs: 100 }] }),
      { clock: { ...clock, clearTimeout: () => {} } },
    );
    void tree.restartChild('a');
    tree.whereis('a')?.send({ type: 'part.finish' });
    await clock.advance(60);
    void tree.restartChild('a');
    await clock.advance(60);
    expect(journal.take()).toBe('+a ?a -a +a ?a');
    await clock.advance(40);
    expect(journal.take()).toBe('-a +a');
  });
});

describe('a supervisor that ends otherwise than by a stop', () => {
  it('takes its children with it when its parent is stopped', async () => {
    const journal = new Journal();
    const parent = createActor(setup({}).createMachine({})).start();
    const tree = startSupervisor(two(journal), { parent, clock: simulatedClock() });
    parent.stop();
    await tree.ended;
    expect(journal.take()).toBe('+a +b -b -a');
    expect(tree.status()).toMatchObject({
      state: 'stopped',
      children: [{ state: 'stopped' }, { supervisor: { state: 'stopped' } }],
    });
  });

  it('takes its children with it when it breaks, and says so', async () => {
    const journal = new Journal();
    const clock = { ...simulatedClock(), setTimeout: thrower(new Error('no clock')) };
    const alarms: unknown[] = [];
    const tree = startSupervisor(two(journal), {
      clock,
      logger: silentLogger,
      onAlarm: (alarm) => void alarms.push(alarm),
    });
    const answer = tree.restartChild('inner');
    await tree.ended;
    expect(journal.take()).toBe('+a +b -b -a');
    expect(await answer).toMatchObject({ name: 'inner', state: 'stopped' });
    expect(alarms).toMatchObject([
      { source: 'supervisor:root/inner' },
      {
        source: 'supervisor:root',
        message: 'Supervisor "root" broke; all its children were stopped.',
        error: { message: 'no clock' },
      },
    ]);
  });
});
