import type { BackgroundAction } from '../../src/actors/background-task-logic.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';

/** One call of an action. */
export interface ActionCall extends Deferred<unknown> {
  readonly signal: AbortSignal;
}

/** An action whose calls end when the test says so. */
export function controlledAction() {
  const calls: ActionCall[] = [];
  const action: BackgroundAction = ({ signal }) => {
    const call = { signal, ...deferred<unknown>() };
    calls.push(call);
    return call.promise;
  };
  return { action, calls };
}
