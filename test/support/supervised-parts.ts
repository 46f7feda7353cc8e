import { fromCallback, setup } from 'xstate';
import type { Logger } from '../../src/kernel/logger.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { startSupervisor } from '../../src/supervisor/supervisor-tree.ts';
import type { RunningSupervisor } from '../../src/supervisor/supervisor-tree.ts';
import type { SupervisorAlarm } from '../../src/supervisor/supervisor-ports.ts';
import type {
  SupervisorDefinition,
  SupervisorStrategy,
} from '../../src/supervisor/supervisor-definition.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';

/**
 * What a part does when it is asked to end: it ends; it takes the event and stays; it ends when it is
 * not busy any more; or it does not know the event.
 */
export type PartManner = 'obliging' | 'deaf' | 'busy' | 'rude';

type PartEvent = {
  readonly type: 'part.finish' | 'part.fail' | 'part.rest' | 'supervisor.stop';
};

const hear = [{ type: 'hear' as const }];
const ends = { target: 'off', actions: hear };
const stays = { actions: hear };
const atStop = { obliging: ends, busy: ends, deaf: stays };

/** Writes down who came and who went. */
export class Journal {
  readonly lines: string[] = [];

  /** What was written since the last look. */
  take(): string {
    return this.lines.splice(0).join(' ');
  }

  /**
   * A machine that is present (`+name`, `-name` when it is gone) until it is told `part.finish` or
   * `part.fail`. What it invokes outlives its failing action unless someone cleans up.
   */
  part(name: string, manner: PartManner = 'obliging') {
    return setup({
      types: { events: {} as PartEvent },
      actors: {
        presence: fromCallback(() => {
          this.lines.push(`+${name}`);
          return () => void this.lines.push(`-${name}`);
        }),
      },
      actions: {
        fail: () => {
          throw new Error(`${name} broke`);
        },
        hear: () => void this.lines.push(`?${name}`),
      },
    }).createMachine({
      initial: manner === 'busy' ? 'busy' : 'on',
      invoke: { src: 'presence' },
      on: { 'part.fail': { actions: [{ type: 'fail' }] }, 'part.finish': { target: '.off' } },
      states: {
        on: { on: manner === 'rude' ? {} : { 'supervisor.stop': atStop[manner] } },
        busy: { on: { 'part.rest': { target: 'on' } } },
        off: { type: 'final' },
      },
    });
  }
}

/** A started tree on a clock that stands still, and all it told. */
export function startTree(definition: SupervisorDefinition): {
  readonly tree: RunningSupervisor;
  readonly clock: ReturnType<typeof simulatedClock>;
  readonly alarms: SupervisorAlarm[];
  readonly log: string[];
  /** Tells a running child. */
  readonly tell: (path: string, type: string) => void;
  readonly states: () => string;
} {
  const clock = simulatedClock();
  const alarms: SupervisorAlarm[] = [];
  const log: string[] = [];
  const write = (_: object, message = ''): void => void log.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const tree = startSupervisor(definition, {
    clock,
    logger,
    onAlarm: (alarm) => void alarms.push(alarm),
  });
  return {
    tree,
    clock,
    alarms,
    log,
    tell: (path, type) => tree.whereis(path)?.send({ type }),
    states: () =>
      tree
        .status()
        .children.map(({ name, state }) => `${name} ${state}`)
        .join(', '),
  };
}

/** Three parts that share a strategy and have two restarts a second each. */
export function startThree(strategy: SupervisorStrategy) {
  const journal = new Journal();
  const tree = startTree(
    supervisor({
      name: 'root',
      strategy,
      maxRestarts: 2,
      windowMs: 1_000,
      children: ['a', 'b', 'c'].map((name) => ({ name, logic: journal.part(name) })),
    }),
  );
  /** Makes children fail, one after the other, each when the one before has had its consequences. */
  const fail = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      tree.tell(name, 'part.fail');
      // oxlint-disable-next-line no-await-in-loop -- Failures follow each other.
      await tree.clock.advance(0);
    }
    journal.take();
  };
  return { journal, fail, ...tree };
}

/** A function that does nothing but throw. */
export const thrower = (what: unknown) => (): never => {
  throw what;
};
