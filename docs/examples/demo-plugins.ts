import { definePlugin } from 'runstate';
import { z } from 'zod';

/** Fails twice and succeeds at the third attempt, as a device does that needs time. */
export const flaky = definePlugin({
  name: 'demo.flaky',
  input: z.object({}),
  effect: 'idempotent',
  retries: { max: 2, baseMs: 100, jitter: 0 },
  process: ({ attempt }) => {
    if (attempt < 3) throw new Error(`attempt ${attempt}: the detector was not ready`);
    return { attempt };
  },
});

/** Waits until it is told to stop. */
export const endless = definePlugin({
  name: 'demo.endless',
  input: z.object({}),
  effect: 'idempotent',
  process: ({ signal }) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
});
