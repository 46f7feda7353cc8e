import type { CancelAnswer, TaskEvent, TaskResult } from 'runstate';

/** What is measured. */
export interface Sample {
  readonly name: string;
  readonly recording: string;
  readonly kelvin: number;
  readonly referencePpm?: number;
}

/** What the engine's process is started with. */
export interface DemoSettings {
  readonly folder: string;
  readonly addresses: { readonly console: string; readonly probe: string; readonly door: string };
  readonly samples: readonly Sample[];
}

/** What the engine's process tells. */
export type EngineNews =
  | { readonly type: 'started' }
  | { readonly type: 'sample'; readonly name: string; readonly taskId: number }
  | { readonly type: 'event'; readonly task: string; readonly event: TaskEvent }
  | { readonly type: 'cancelled'; readonly answer: CancelAnswer }
  | {
      readonly type: 'ended';
      readonly name: string;
      readonly result: TaskResult;
      readonly output: unknown;
      /** The path of the report's page. */
      readonly report: unknown;
    };

/** What an operator wants of it. */
export interface Order {
  readonly sample: string;
  readonly reason: string;
}

/** What the demo reads of the output of `nmr.reduce`. */
export interface Spectrum {
  readonly svg: string;
  readonly peaks: readonly { readonly ppm: number; readonly intensity: number }[];
}
