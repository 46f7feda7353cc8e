import { createActor, fromCallback, setup } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { ChildDefinition } from '../../src/supervisor/supervisor-definition.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';
import { startSupervisor } from '../../src/supervisor/supervisor-tree.ts';

/** Counts what a life of a whole tree costs in events, steps and notices. */
async function countOf(size: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  const inspect = (event: InspectionEvent): void => {
    if ('id' in event.actorRef && event.actorRef.id === 'supervisor') count(event.type);
  };
  const logic = fromCallback(() => () => count('cleaned'));
  const parent = createActor(setup({}).createMachine({}), { inspect }).start();
  const clock = simulatedClock();
  const definition = supervisor({
    strategy: 'one-for-all',
    children: Array.from({ length: size }, (_, index) => ({ name: `c${index}`, logic })),
  });
  const watched = (child: ChildDefinition): ChildDefinition =>
    new Proxy(child, {
      get: (target, key) => {
        count('looks at a child');
        return Reflect.get(target, key) as unknown;
      },
    });
  const tree = startSupervisor(
    { ...definition, children: definition.children.map(watched) },
    { parent, clock },
  );
  tree.subscribe(() => count('notices'));
  const answer = tree.restartChild('c0');
  await clock.advance(0);
  await answer;
  await tree.stop();
  count('timers');
  return { ...counts, timers: clock.pending };
}

describe('many children', () => {
  it('cost in proportion to their number', async () => {
    const [few, many] = [await countOf(100), await countOf(1_000)];
    expect(few['cleaned']).toBe(200);
    expect(many['cleaned']).toBe(2_000);
    expect(many['timers']).toBe(0);
    for (const what of ['@xstate.event', '@xstate.microstep', 'notices', 'looks at a child']) {
      expect(few).toHaveProperty([what]);
      expect({ [what]: (many[what] ?? 0) <= 10 * (few[what] ?? 0) }).toEqual({ [what]: true });
    }
  });
});
