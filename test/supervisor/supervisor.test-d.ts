import { fromPromise, setup } from 'xstate';
import { describe, expectTypeOf, it } from 'vitest';
import type { SupervisedActor } from '../../src/supervisor/child-actor.ts';
import type { SupervisorDefinition } from '../../src/supervisor/supervisor-definition.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';

const plain = fromPromise(async () => 1);
const scaled = fromPromise(async ({ input }: { input: { scale: number } }) => input.scale);
const poller = setup({
  types: { events: {} as { type: 'poll.now'; at: number }, context: {} as { polls: number } },
}).createMachine({ context: { polls: 0 } });

describe('supervisor', () => {
  it('takes children of different kinds', () => {
    const inner = supervisor({ children: [{ name: 'plain', logic: plain }] });
    const outer = supervisor({
      children: [
        { name: 'plain', logic: plain },
        { name: 'scaled', logic: scaled, input: { scale: 2 } },
        { name: 'made anew', logic: scaled, input: () => ({ scale: 2 }) },
        { name: 'inner', logic: inner, restart: 'transient' },
      ],
    });
    expectTypeOf(outer).toEqualTypeOf<SupervisorDefinition>();
  });

  it('takes children from a list', () => {
    const children = ['a', 'b'].map((name) => ({ name, logic: plain }));
    expectTypeOf(supervisor({ children })).toEqualTypeOf<SupervisorDefinition>();
  });

  it('refuses an input that the logic does not take', () => {
    const wrong = [
      // @ts-expect-error -- `scale` is a number.
      supervisor({ children: [{ name: 'scaled', logic: scaled, input: { scale: 'two' } }] }),
      // @ts-expect-error -- The input is missing.
      supervisor({ children: [{ name: 'scaled', logic: scaled }] }),
      // @ts-expect-error -- No such restart type.
      supervisor({ children: [{ name: 'plain', logic: plain, restart: 'always' }] }),
    ];
    expectTypeOf(wrong).toEqualTypeOf<SupervisorDefinition[]>();
  });
});

describe('SupervisedActor', () => {
  it('is typed by the logic', () => {
    type Poller = SupervisedActor<typeof poller>;
    expectTypeOf<ReturnType<Poller['getSnapshot']>['context']>().toEqualTypeOf<{ polls: number }>();
    expectTypeOf<Parameters<Poller['send']>>().toEqualTypeOf<[{ type: 'poll.now'; at: number }]>();
  });
});
