import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { action, parallel, sequential, task } from '../../src/index.ts';
import type { Engine, Job } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

afterEach(closeEngines);

/** A job as the model has it. */
type Tree =
  | { readonly kind: 'leaf'; readonly fails: boolean; readonly isTask: boolean }
  | {
      readonly kind: 'sequential' | 'parallel';
      readonly steps: readonly Tree[];
      readonly limit: number | undefined;
      readonly onFailure: 'cancel' | 'finish';
    };

const leaf = (fails: number): fc.Arbitrary<Tree> =>
  fc.record({
    kind: fc.constant('leaf' as const),
    fails: fc.integer({ min: 0, max: 99 }).map((n) => n < fails),
    isTask: fc.boolean(),
  });

const treeOf = (fails: number): fc.Arbitrary<Tree> =>
  fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf(fails),
      fc.record({
        kind: fc.constantFrom('sequential' as const, 'parallel' as const),
        steps: fc.array(tie('tree'), { maxLength: 4 }),
        limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        onFailure: fc.constantFrom('cancel' as const, 'finish' as const),
      }),
    ),
  })).tree;

/** What happened to a leaf: it began, ended well, failed or was stopped. */
interface Moment {
  readonly path: string;
  readonly what: 'began' | 'completed' | 'failed' | 'stopped';
}

interface Running {
  readonly path: string;
  readonly fails: boolean;
  end(): void;
}

/** Leaves that begin and end as a test says, and what happened to them in its order. */
class Stage {
  readonly moments: Moment[] = [];
  readonly running: Running[] = [];

  run(path: string, fails: boolean, signal: AbortSignal): Promise<string> {
    this.moments.push({ path, what: 'began' });
    return new Promise((resolve, reject) => {
      const over = (what: Moment['what'], tell: () => void): void => {
        const index = this.running.findIndex((each) => each.path === path);
        if (index === -1) return;
        this.running.splice(index, 1);
        this.moments.push({ path, what });
        tell();
      };
      this.running.push({
        path,
        fails,
        end: () =>
          fails
            ? over('failed', () => reject(new Error(path)))
            : over('completed', () => resolve(path)),
      });
      const stop = (): void => over('stopped', () => reject(signal.reason as Error));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
  }
}

const childPath = (path: string, index: number): string =>
  path === '' ? `steps[${index}]` : `${path}.steps[${index}]`;

let stage = new Stage();
const work = pluginOf(
  {
    process: ({ input, signal }) => {
      const { path, fails } = input as { path: string; fails: boolean };
      return stage.run(path, fails, signal);
    },
  },
  { name: 'test.leaf' },
);

function jobOf(tree: Tree, path = ''): Job {
  if (tree.kind === 'leaf') {
    const { fails, isTask } = tree;
    if (isTask) return task(work, { path, fails });
    return action(({ step, signal }) => stage.run(step, fails, signal));
  }
  const steps = tree.steps.map((step, index) => jobOf(step, childPath(path, index)));
  const { onFailure, limit } = tree;
  if (tree.kind === 'sequential') return sequential(steps, { onFailure });
  return parallel(steps, limit === undefined ? { onFailure } : { onFailure, limit });
}

const holdsFailure = (tree: Tree): boolean =>
  tree.kind === 'leaf' ? tree.fails : tree.steps.some(holdsFailure);

/** What the job gives when nothing fails. */
const outputOf = (tree: Tree, path = ''): unknown =>
  tree.kind === 'leaf'
    ? path
    : tree.steps.map((step, index) => outputOf(step, childPath(path, index)));

const isWithin = (path: string, outer: string): boolean =>
  outer === '' || path === outer || path.startsWith(`${outer}.`);

/** Says what is wrong with what happened; null when nothing is. */
function problemOf(tree: Tree, moments: readonly Moment[], path = ''): string | null {
  if (tree.kind === 'leaf') return null;
  const within = moments.filter((moment) => isWithin(moment.path, path));
  const failedAt = within.findIndex(({ what }) => what === 'failed' || what === 'stopped');
  const after = failedAt === -1 ? [] : within.slice(failedAt + 1);
  const isOuter = tree.steps.every((step) => step.kind === 'leaf');
  if (isOuter && after.some(({ what }) => what === 'began'))
    return `${path}: begins after a failure`;
  const begunSteps = tree.steps.map((_, index) => childPath(path, index));
  if (tree.kind === 'sequential') {
    const order = within.map((moment) =>
      begunSteps.findIndex((step) => isWithin(moment.path, step)),
    );
    if (order.some((step, at) => at > 0 && step < (order[at - 1] ?? 0)))
      return `${path}: out of order`;
  } else if (tree.limit !== undefined && isOuter) {
    let running = 0;
    for (const { what } of within) {
      running += what === 'began' ? 1 : -1;
      if (running > tree.limit) return `${path}: more than ${tree.limit} at once`;
    }
  }
  for (const [index, step] of tree.steps.entries()) {
    const problem = problemOf(step, moments, childPath(path, index));
    if (problem !== null) return problem;
  }
  return null;
}

/** Ends leaves in an order that `picks` decide, until the job has ended. */
async function play(
  engine: Engine,
  rest: () => Promise<void>,
  tree: Tree,
  picks: readonly number[],
) {
  stage = new Stage();
  const handle = engine.runJob(jobOf(tree));
  for (let turn = 0; ; turn += 1) {
    await rest();
    if (stage.running.length === 0) break;
    const pick = picks[turn % picks.length] ?? 0;
    stage.running[pick % stage.running.length]?.end();
  }
  return { handle, result: await handle.result() };
}

const picksOf = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 });

describe('any job', () => {
  it(
    'that holds no step which fails gives what its steps give, in their order',
    { timeout: 120_000 },
    async () => {
      const { engine, rest } = await startEngine({ concurrency: 2 });
      await fc.assert(
        fc.asyncProperty(treeOf(0), picksOf, async (tree, picks) => {
          const { handle, result } = await play(engine, rest, tree, picks);
          expect(result.taskStatus).toBe('completed');
          expect(await handle.output()).toEqual(outputOf(tree));
          expect(problemOf(tree, stage.moments)).toBeNull();
          const begun = stage.moments
            .filter(({ what }) => what === 'began')
            .map(({ path }) => path);
          expect(new Set(begun).size).toBe(begun.length);
          expect((await handle.steps()).every(({ state }) => state === 'completed')).toBe(true);
        }),
        { numRuns: 150 },
      );
    },
  );

  it(
    'that holds a step which fails fails, with the error of one that did',
    { timeout: 120_000 },
    async () => {
      const { engine, rest } = await startEngine({ concurrency: 2 });
      await fc.assert(
        fc.asyncProperty(treeOf(30), picksOf, async (tree, picks) => {
          const { handle, result } = await play(engine, rest, tree, picks);
          const failed = stage.moments.filter(({ what }) => what === 'failed');
          expect(result.taskStatus).toBe(holdsFailure(tree) ? 'failed' : 'completed');
          expect(failed.length > 0).toBe(holdsFailure(tree));
          expect(problemOf(tree, stage.moments)).toBeNull();
          const begun = stage.moments
            .filter(({ what }) => what === 'began')
            .map(({ path }) => path);
          expect(new Set(begun).size).toBe(begun.length);
          expect(stage.running).toEqual([]);
          if (result.error === null || tree.kind === 'leaf') return;
          const [where] = result.error.fields ?? [];
          expect(failed.map(({ path }) => path)).toContain(where?.path);
          const open = (await handle.steps()).filter(({ state }) => state === 'running');
          expect(open).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  it(
    'that is cancelled at any moment ends, and leaves nothing running',
    { timeout: 120_000 },
    async () => {
      const { engine, rest } = await startEngine({ concurrency: 2 });
      await fc.assert(
        fc.asyncProperty(treeOf(10), picksOf, fc.nat(8), async (tree, picks, turns) => {
          stage = new Stage();
          const handle = engine.runJob(jobOf(tree));
          for (let turn = 0; turn < turns; turn += 1) {
            await rest();
            const pick = picks[turn % picks.length] ?? 0;
            stage.running[pick % Math.max(1, stage.running.length)]?.end();
          }
          const { status } = await handle.cancel();
          expect(['cancelled', 'completed', 'failed']).toContain(status);
          const { length } = stage.moments;
          await rest();
          expect(stage.running).toEqual([]);
          expect(stage.moments).toHaveLength(length);
          const children = await handle.children();
          expect(children.filter(({ endedAt }) => endedAt === null)).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );
});
