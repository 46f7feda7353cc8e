import { enqueueActions } from 'xstate';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import type { ChildLife } from '../../machines/supervisor.machine.ts';
import type { ChildOutcome } from './child-plan.ts';

/** What a supervisor's machine does to its children. */
export interface SupervisorEffects {
  /** Decides what follows from a child's own end; whether anything does. */
  judgeChild(life: ChildLife, outcome: ChildOutcome): boolean;
  planRestart(name: string): void;
  planStop(name: string): void;
  /** Plans the end of all. */
  planEnd(): void;
  /** Asks the next child to end, unless one that was asked is alive. True when nobody is left. */
  stopNext(): boolean;
  killLate(life: ChildLife): void;
  killAll(): void;
  scheduleStart(): void;
  cancelStart(): void;
  startPlanned(): void;
  answerCallers(): void;
}

/**
 * The supervisor machine with its effects bound. What an effect decides at once is raised, which
 * XState handles before anything that waits in the mailbox.
 */
export function supervisorLogic(effects: SupervisorEffects): typeof supervisorMachine {
  return supervisorMachine.provide({
    actions: {
      judgeChild: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'child.ended') return;
        if (effects.judgeChild(event, event.outcome)) enqueue.raise({ type: 'plan.changed' });
      }),
      planRestart: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'child.restart') return;
        effects.planRestart(event.name);
        enqueue.raise({ type: 'plan.changed' });
      }),
      planStop: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'child.stop') return;
        effects.planStop(event.name);
        enqueue.raise({ type: 'plan.changed' });
      }),
      planEnd: () => effects.planEnd(),
      stopNext: enqueueActions(({ enqueue }) => {
        if (effects.stopNext()) enqueue.raise({ type: 'group.cleared' });
      }),
      killLate: ({ event }) => {
        if (event.type === 'deadline.passed') effects.killLate(event);
      },
      killAll: () => effects.killAll(),
      scheduleStart: () => effects.scheduleStart(),
      cancelStart: () => effects.cancelStart(),
      // Not a plain action: inside one, XState takes the making of a machine for a mistake.
      startPlanned: enqueueActions(() => effects.startPlanned()),
      answerCallers: () => effects.answerCallers(),
    },
  });
}
