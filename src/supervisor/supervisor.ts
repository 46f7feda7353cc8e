import { checkSupervisor } from './supervisor-check.ts';
import {
  childDefaults,
  isSupervisorDefinition,
  supervisorBrand,
  supervisorDefaults,
} from './supervisor-definition.ts';
import type {
  ChildDefinition,
  ChildLogic,
  ChildOptions,
  SupervisorDefinition,
  SupervisorOptions,
} from './supervisor-definition.ts';

const defineChild = ({ name, logic, input, restart, shutdownMs }: ChildOptions): ChildDefinition =>
  Object.freeze({
    name,
    logic,
    input,
    restart: restart ?? childDefaults.restart,
    shutdownMs: isSupervisorDefinition(logic) ? null : (shutdownMs ?? childDefaults.shutdownMs),
  });

/**
 * Defines a supervisor of XState actors: which to start, in what order, and what to do when one ends.
 * Nothing runs until it is started, for example by `engine.supervise`.
 *
 * @example
 * ```ts
 * const cryostat = supervisor({
 *   name: 'cryostat',
 *   strategy: 'rest-for-one',
 *   children: [
 *     { name: 'connection', logic: connectionMachine },
 *     { name: 'poller', logic: pollerMachine, restart: 'transient', shutdownMs: 2_000 },
 *   ],
 * });
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option, such as `children[1].restart`
 */
export function supervisor<const TLogics extends readonly ChildLogic[]>(
  options: SupervisorOptions<TLogics>,
): SupervisorDefinition {
  checkSupervisor(options);
  const { name, strategy, maxRestarts, windowMs, children } = options as SupervisorOptions;
  return Object.freeze({
    [supervisorBrand]: true as const,
    name: name ?? supervisorDefaults.name,
    strategy: strategy ?? supervisorDefaults.strategy,
    maxRestarts: maxRestarts ?? supervisorDefaults.maxRestarts,
    windowMs: windowMs ?? supervisorDefaults.windowMs,
    children: Object.freeze(children.map(defineChild)),
  });
}
