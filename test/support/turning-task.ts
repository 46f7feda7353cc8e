import type { TaskHandle } from '../../src/index.ts';
import { pluginOf } from './engine-under-test.ts';
import type { EngineUnderTest } from './engine-under-test.ts';

/** Counts its turns, with a pause point in each. */
export const turning = (turns: number[], resources: string[] = []) =>
  pluginOf(
    {
      process: async ({ pausePoint, messages }) => {
        for await (const message of messages) {
          turns.push((message as { n: number }).n);
          await pausePoint();
          if (turns.length === 3) return 'turned';
        }
        return 'told to stop';
      },
    },
    { name: 'test.turns', resources },
  );

export const turn = (handle: TaskHandle, n: number): boolean => {
  const event = { type: 'turn', n };
  return handle.send(event);
};

export const quick = pluginOf({ process: () => 'quick' }, { name: 'test.quick' });

export async function suspended(
  started: EngineUnderTest,
  options: Parameters<EngineUnderTest['engine']['submit']>[2] = {},
): Promise<TaskHandle> {
  const handle = started.engine.submit(turning([], ['motor']), null, options);
  await started.rest();
  const answer = handle.suspend({ by: { who: 'ada' }, reason: 'beam dump' });
  turn(handle, 1);
  await answer;
  return handle;
}
