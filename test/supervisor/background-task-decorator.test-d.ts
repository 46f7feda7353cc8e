import { describe, expectTypeOf, it } from 'vitest';
import type { BackgroundTask } from '../../src/actors/background-task.ts';
import { BackgroundPool } from '../../src/supervisor/background-pool.ts';
import { backgroundTask } from '../../src/supervisor/background-task-decorator.ts';
import type { BackgroundTaskHost } from '../../src/supervisor/background-task-decorator.ts';
import { BackgroundTaskProcessor } from '../../src/supervisor/background-task-processor.ts';

class Beam {
  readonly backgroundTaskProcessor = new BackgroundTaskProcessor();

  @backgroundTask
  configure(_channel: number, _label?: string): BackgroundTask | Promise<void> {
    return Promise.resolve();
  }

  @backgroundTask
  static survey(): BackgroundTask | Promise<void> {
    return Promise.resolve();
  }

  @backgroundTask
  #reset(): BackgroundTask | Promise<void> {
    return Promise.resolve();
  }

  reset(): BackgroundTask | Promise<void> {
    return this.#reset();
  }

  // @ts-expect-error A caller would be promised a promise and get a task.
  @backgroundTask
  async promised(): Promise<void> {}

  // @ts-expect-error A caller would be promised nothing and get a task.
  @backgroundTask
  forgotten(): void {}

  // @ts-expect-error What the work returns is dropped, so it must be nothing.
  @backgroundTask
  valued(): BackgroundTask | Promise<number> {
    return Promise.resolve(1);
  }

  // @ts-expect-error Only methods run in the background.
  @backgroundTask
  readonly field = 1;
}

describe('backgroundTask', () => {
  it('keeps the declared parameters and the declared return type', () => {
    expectTypeOf<Parameters<Beam['configure']>>().toEqualTypeOf<
      [channel: number, label?: string | undefined]
    >();
    expectTypeOf<Beam['configure']>().returns.toEqualTypeOf<BackgroundTask | Promise<void>>();
    expectTypeOf<(typeof Beam)['survey']>().returns.toEqualTypeOf<BackgroundTask | Promise<void>>();
  });

  it('uses a processor, or anything with the `background` of an engine', () => {
    expectTypeOf<BackgroundTaskProcessor>().toExtend<BackgroundTaskHost>();
    expectTypeOf<{ background: BackgroundPool['run'] }>().toExtend<BackgroundTaskHost>();
    expectTypeOf<{ submit: () => void }>().not.toExtend<BackgroundTaskHost>();
  });
});
