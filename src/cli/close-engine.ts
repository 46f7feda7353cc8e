import type { Engine } from '../engine/engine.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';

/** As long as a timer can be set, in milliseconds. */
const unbounded = 2 ** 31 - 1;

/**
 * Closes an engine of which one task was wanted. Without a store nothing else is left. Opening a store
 * may have set tasks going that an earlier engine left in it: those that run are let end, because
 * breaking off an unsafe one would need an operator; what has not started stays pending.
 */
export async function closeEngine(
  engine: Engine,
  isDurable: boolean,
  terminal: Terminal,
): Promise<void> {
  if (!isDurable || engine.state !== 'running') {
    await engine.close({ graceMs: 0 });
    return;
  }
  const others = await engine.tasks.list({ status: 'running' });
  if (others.length > 0) {
    const ids = others.map(({ id }) => id).join(', ');
    const what = `${counted(others.length, 'other task')} of the store`;
    terminal.say(`waiting for ${what} to end: ${ids} (Ctrl-C breaks off)`);
  }
  await engine.close({ graceMs: unbounded });
}
