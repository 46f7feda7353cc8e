import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTask } from '../../src/actors/background-task.ts';
import type { BackgroundAction } from '../../src/actors/background-task-logic.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { RunState } from '../../src/kernel/task-state.ts';
import { BackgroundPool } from '../../src/supervisor/background-pool.ts';
import type { BackgroundOptions } from '../../src/supervisor/background-pool.ts';
import { backgroundTask } from '../../src/supervisor/background-task-decorator.ts';
import { BackgroundTaskProcessor } from '../../src/supervisor/background-task-processor.ts';

const clock = simulatedClock();

class Beam {
  static readonly backgroundTaskProcessor = new BackgroundTaskProcessor({ clock });
  static surveys = 0;
  readonly backgroundTaskProcessor: unknown;
  readonly steps: string[] = [];

  constructor(processor: unknown = new BackgroundTaskProcessor({ clock })) {
    this.backgroundTaskProcessor = processor;
  }

  @backgroundTask
  configure(name: string, gate: Promise<void>): BackgroundTask | Promise<void> {
    return this.#work(name, gate);
  }

  @backgroundTask
  fail(thrown: unknown): BackgroundTask | Promise<void> {
    throw thrown;
  }

  @backgroundTask
  #reset(): BackgroundTask | Promise<void> {
    return this.#work('reset', Promise.resolve());
  }

  @backgroundTask
  watch(seen: (signal: AbortSignal | undefined) => void): BackgroundTask | Promise<void> {
    seen(BackgroundTask.signal);
    return new Promise(() => {});
  }

  @backgroundTask
  static survey(): BackgroundTask | Promise<void> {
    this.surveys += 1;
    return Promise.resolve();
  }

  reset(): BackgroundTask | Promise<void> {
    return this.#reset();
  }

  async #work(name: string, gate: Promise<void>): Promise<void> {
    this.steps.push(`${name} begins`);
    await gate;
    this.steps.push(`${name} ends`);
  }
}

class HeavyBeam extends Beam {}

let open: () => void;
let gate: Promise<void>;

beforeEach(() => {
  const { promise, resolve } = deferred<void>();
  open = resolve;
  gate = promise;
});

const configure = (beam: Beam, name = 'a'): BackgroundTask =>
  beam.configure(name, gate) as BackgroundTask;

describe('backgroundTask', () => {
  it('returns the task of the call, which runs already, and gives the work its arguments', async () => {
    const beam = new Beam();
    const task = configure(beam);
    expect(task).toBeInstanceOf(BackgroundTask);
    expect(task.running()).toBe(true);
    expect((beam.backgroundTaskProcessor as BackgroundTaskProcessor).tasks).toEqual([task]);
    await clock.advance(0);
    expect(beam.steps).toEqual(['a begins']);
    open();
    await task.ended;
    expect(beam.steps).toEqual(['a begins', 'a ends']);
    expect(task.state).toBe(RunState.STOPPED);
    expect((beam.backgroundTaskProcessor as BackgroundTaskProcessor).tasks).toEqual([]);
  });

  it('names the task after class and method, of the instance at hand', () => {
    expect(configure(new Beam()).name).toBe('Beam.configure');
    expect(configure(new HeavyBeam()).name).toBe('HeavyBeam.configure');
  });

  it('keeps instances apart', async () => {
    const [one, two] = [new Beam(), new Beam()];
    const tasks = [configure(one, 'one'), configure(two, 'two'), configure(two, 'three')];
    await clock.advance(0);
    expect([one.steps, two.steps]).toEqual([['one begins'], ['two begins', 'three begins']]);
    void tasks[0]?.stop();
    expect(tasks.map((task) => task.running())).toEqual([false, true, true]);
    open();
    await Promise.all(tasks.map(({ ended }) => ended));
  });

  it.each([
    ['an error', new Error('no beam')],
    ['a text', 'no beam'],
  ])('keeps what the work throws for exception(), the very same thing: %s', async (_, thrown) => {
    const task = new Beam().fail(thrown) as BackgroundTask;
    await task.ended;
    expect(task.hasErrored()).toBe(true);
    expect(task.exception()).toBe(thrown);
  });

  it('is for private and static methods too', async () => {
    const beam = new Beam();
    const task = beam.reset() as BackgroundTask;
    expect(task.name).toBe('Beam.#reset');
    await task.ended;
    expect(beam.steps).toEqual(['reset begins', 'reset ends']);

    const survey = Beam.survey() as BackgroundTask;
    expect(survey.name).toBe('Beam.survey');
    await survey.ended;
    expect(Beam.surveys).toBe(1);
  });

  it('tells the work when to stop, by BackgroundTask.signal', async () => {
    const seen = vi.fn<(signal: AbortSignal | undefined) => void>();
    const task = new Beam().watch(seen) as BackgroundTask;
    await clock.advance(0);
    const signal = seen.mock.calls[0]?.[0];
    expect(signal?.aborted).toBe(false);
    void task.stop();
    expect(signal?.aborted).toBe(true);
  });

  it('uses an engine as well as a processor, and numbers calls that run at once', async () => {
    const pool = new BackgroundPool({ clock });
    const background = (action: BackgroundAction, options: BackgroundOptions): BackgroundTask =>
      pool.run(action, options);
    const beam = new Beam({ background });
    const tasks = [
      configure(beam, 'one'),
      configure(beam, 'two'),
      configure(new Beam({ background })),
    ];
    expect(tasks.map(({ name }) => name)).toEqual([
      'Beam.configure',
      'Beam.configure#2',
      'Beam.configure#3',
    ]);
    open();
    await Promise.all(tasks.map(({ ended }) => ended));
    expect(configure(beam).name).toBe('Beam.configure');
  });

  it.each([
    ['nothing', null],
    ['something else', { submit: () => {} }],
    ['a field that is no function', { submitTask: 1 }],
  ])('throws at the call, naming class and method, where the field holds %s', (_, held) => {
    const beam = new Beam(held);
    expect(() => configure(beam)).toThrow(
      expect.objectContaining({
        code: 'PROCESSOR_MISSING',
        message: expect.stringMatching(/Beam\.configure .*backgroundTaskProcessor/) as string,
      }),
    );
    expect(beam.steps).toEqual([]);
  });

  it('says so too when the field is missing, or the method lost its instance', () => {
    class Bare {
      @backgroundTask
      poll(): BackgroundTask | Promise<void> {
        return Promise.resolve();
      }
    }
    expect(() => new Bare().poll()).toThrow('Bare.poll');
    expect(() => Bare.prototype.poll.call(undefined as never)).toThrow('unknown.poll');
  });
});
