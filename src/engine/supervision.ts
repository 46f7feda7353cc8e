import type { PoolLogic } from '../actors/pool-logic.ts';
import type { SupervisedActor } from '../supervisor/child-actor.ts';
import { RunstateError } from '../kernel/errors.ts';
import { RunState } from '../kernel/task-state.ts';
import { BackgroundPool } from '../supervisor/background-pool.ts';
import type { BackgroundEntry } from '../supervisor/background-pool.ts';
import { supervisor } from '../supervisor/supervisor.ts';
import type { SupervisorDefinition } from '../supervisor/supervisor-definition.ts';
import type { SupervisorAlarm } from '../supervisor/supervisor-ports.ts';
import type { ChildStatus, SupervisorStatus } from '../supervisor/supervisor-status.ts';
import { startSupervisor } from '../supervisor/supervisor-tree.ts';
import type { PersonsRequest, RunningSupervisor } from '../supervisor/supervisor-tree.ts';
import type { Core } from './core.ts';
import { askedBy } from './task-record.ts';

/** What supervision tells the engine. */
export interface SupervisionPort {
  readonly core: Pick<Core, 'clock' | 'logger' | 'log'>;
  readonly pool: PoolLogic;
  /** The hub of the devices; null while none is known. */
  devices(): SupervisorStatus | null;
  /** The tree became degraded, or healthy again. */
  changed(isDegraded: boolean): void;
}

/**
 * The engine's tree: the root supervisor over the fixed children, the background pool, and the users'
 * own supervisors. Nothing that breaks in it takes the engine down.
 */
export class Supervision {
  readonly #port: SupervisionPort;
  readonly #users: RunningSupervisor[] = [];
  readonly background: BackgroundPool;
  #root: RunningSupervisor | null = null;
  #pool: SupervisedActor<PoolLogic> | null = null;

  constructor(port: SupervisionPort) {
    this.#port = port;
    const { clock, logger } = port.core;
    this.background = new BackgroundPool({
      clock,
      logger,
      onAlarm: (alarm) => this.#alarm(alarm),
      onChange: () => this.#changed(),
    });
  }

  start(): void {
    const fixed = supervisor({
      name: 'root',
      children: [{ name: 'tasks', logic: this.#port.pool, restart: 'transient' }],
    });
    this.#root = this.#run(fixed);
    this.#changed();
  }

  /** The task pool as it runs now: a broken one is replaced, and its tasks go on without it. */
  get pool(): SupervisedActor<PoolLogic> | null {
    return this.#pool;
  }

  supervise(definition: SupervisorDefinition): RunningSupervisor {
    const taken = ['root', 'background', 'devices', ...this.#users.map(({ name }) => name)];
    if (taken.includes(definition.name)) {
      const expected = `a name that is not taken (${taken.join(', ')})`;
      throw new RunstateError('INVALID_OPTION', ['name', expected, definition.name]);
    }
    const running = this.#run(definition);
    this.#users.push(running);
    void running.ended.then(() => {
      this.#users.splice(this.#users.indexOf(running), 1);
      this.#changed();
    });
    return running;
  }

  /** Every supervisor with its children, the fixed ones first. */
  list(): readonly SupervisorStatus[] {
    const root = this.#root === null ? [] : [this.#root.status()];
    const devices = this.#port.devices();
    const fixed = [...root, this.#backgroundStatus(), ...(devices === null ? [] : [devices])];
    return [...fixed, ...this.#users.map((user) => user.status())];
  }

  /** Gives a child a new budget and starts it, by its path: `<supervisor>/<child>`. */
  async restart(path: string, request: PersonsRequest = {}): Promise<ChildStatus> {
    const [name = '', ...below] = path.split('/');
    const child = below.join('/');
    this.#note(path, request);
    if (name === 'background') {
      this.background.renewBudget(child);
      const status = this.#backgroundStatus().children.find((entry) => entry.name === child);
      if (status !== undefined) return status;
    }
    const found = [this.#root, ...this.#users].find((running) => running?.name === name);
    if (found === undefined || found === null) {
      const names = this.list().map((status) => status.name);
      throw new RunstateError('CHILD_UNKNOWN', ['engine', name, names.join(', ')]);
    }
    return found.restartChild(child, request);
  }

  /** Who asked for a restart stands among the alarms, which it answers. */
  #note(path: string, request: PersonsRequest): void {
    if (request.by === undefined) return;
    const source = `supervisor:${path}`;
    const message = 'restart asked';
    this.#port.core.log.alarm({ taskId: null, source, message, ...askedBy(request) });
  }

  /** Stops everything, the last started first; the fixed children are stopped by `stopRoot`. */
  async stopUsers(graceMs: number): Promise<void> {
    for (const user of this.#users.toReversed()) await user.stop({ graceMs });
    await this.background.stopAll({ graceMs });
  }

  async stopRoot(graceMs: number): Promise<void> {
    await this.#root?.stop({ graceMs });
  }

  #run(definition: SupervisorDefinition): RunningSupervisor {
    const { clock, logger } = this.#port.core;
    const running = startSupervisor(definition, {
      clock,
      logger,
      onAlarm: (alarm) => this.#alarm(alarm),
    });
    running.subscribe(() => this.#changed());
    return running;
  }

  #alarm({ source, message, error }: SupervisorAlarm): void {
    const alarm = { taskId: null, source, message };
    this.#port.core.log.alarm(error === undefined ? alarm : { ...alarm, error });
  }

  #changed(): void {
    this.#pool = this.#root?.whereis<PoolLogic>('tasks') ?? null;
    const supervisors = [this.#root, ...this.#users];
    this.#port.changed(
      this.background.isDegraded || supervisors.some((running) => running?.isDegraded() === true),
    );
  }

  #backgroundStatus(): SupervisorStatus {
    return {
      name: 'background',
      strategy: 'one-for-one',
      state: 'running',
      isDegraded: this.background.isDegraded,
      children: this.background.list().map(childOfBackground),
    };
  }
}

function childOfBackground(entry: BackgroundEntry): ChildStatus {
  const { name, restarts, lastError } = entry;
  return {
    name,
    state: stateOf(entry),
    restarts,
    restartsInWindow: 0,
    maxRestarts: 0,
    lastError,
  };
}

const stateOf = ({ state, isDown }: BackgroundEntry): ChildStatus['state'] => {
  if (isDown) return 'down';
  return state === RunState.STOPPING ? 'stopping' : 'running';
};
