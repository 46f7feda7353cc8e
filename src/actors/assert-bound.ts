import type { AnyStateMachine } from 'xstate';
import { RunstateError } from '../kernel/errors.ts';

/**
 * Returns `machine` unchanged once every actor it names has real logic.
 *
 * An unbound actor would not crash: it fails inside the machine and takes the `onError` branch, which
 * looks like failed work. So it is refused here.
 *
 * @throws {@link RunstateError} `ACTOR_NOT_BOUND`
 */
export function assertBound<TMachine extends AnyStateMachine>(machine: TMachine): TMachine {
  for (const [name, logic] of Object.entries(machine.implementations.actors)) {
    const isLogic = typeof logic === 'object' && logic !== null && 'transition' in logic;
    if (!isLogic) throw new RunstateError('ACTOR_NOT_BOUND', [machine.id, name]);
  }
  return machine;
}
