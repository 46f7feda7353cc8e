import { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import { ScriptedDevice } from './scripted-device.ts';

/** What a beam's device is told to make of a command. */
export type Outcome = 'completes' | 'fails' | 'hangs';

/** A device that runs every command in a turn of the event loop, and notes when it arrived. */
export class BeamDevice extends ScriptedDevice {
  readonly #outcomes = new Map<string, Outcome>();
  #commands = 0;

  constructor(name: string, arrived: (call: string) => void, obsState = 2) {
    super(2, name);
    this.attributes.set('obsState', obsState);
    for (const command of [
      'ConfigureBeam',
      'ConfigureScan',
      'DeconfigureBeam',
      'DeconfigureScan',
      'Scan',
      'EndScan',
      'Abort',
      'ObsReset',
      'GoToFault',
    ]) {
      this.scripts.set(command, () => {
        arrived(`${name}.${command}`);
        return this.#run(command);
      });
    }
  }

  let(command: string, outcome: Outcome): void {
    this.#outcomes.set(command, outcome);
  }

  #run(command: string): unknown {
    this.#commands += 1;
    const id = `${1_000 + this.#commands}.5_529690566_${command}`;
    const outcome = this.#outcomes.get(command) ?? 'completes';
    setImmediate(() => {
      this.tell(id, { status: LrcTaskStatus.IN_PROGRESS });
      if (outcome === 'hangs') return;
      const status = outcome === 'fails' ? LrcTaskStatus.FAILED : LrcTaskStatus.COMPLETED;
      const result = outcome === 'fails' ? [3, `${command} failed`] : [0, `${command} done`];
      setImmediate(() => this.tell(id, { status, result }));
    });
    return [[2], [id]];
  }
}
