import { expectTypeOf, test } from 'vitest';
import { createEngine, definePlugin, Plugin } from '../../src/index.ts';
import type { DescribedAnalysis, FigureSink, ReportPaths, SummaryPlots } from '../../src/index.ts';

declare const plots: SummaryPlots;

test('a report in an output is the path of its page', () => {
  const engine = createEngine();
  const page = definePlugin({ name: 'a.page', process: () => plots });
  expectTypeOf(engine.submit(page).output()).toEqualTypeOf<Promise<string>>();
  const later = definePlugin({ name: 'a.later', process: async () => [plots, plots] });
  expectTypeOf(engine.submit(later).output()).toEqualTypeOf<Promise<string[]>>();
  class Page extends Plugin<{ x: number }, SummaryPlots> {
    process(): SummaryPlots {
      return plots;
    }
  }
  expectTypeOf(engine.submit(Page, { x: 1 }).output()).toEqualTypeOf<Promise<string>>();
});

test('any other output stays what it is', () => {
  expectTypeOf<ReportPaths<{ y: number }>>().toEqualTypeOf<{ y: number }>();
  expectTypeOf<ReportPaths<unknown>>().toEqualTypeOf<unknown>();
  expectTypeOf<ReportPaths<readonly number[]>>().toEqualTypeOf<readonly number[]>();
  expectTypeOf<ReportPaths<[SummaryPlots, number]>>().toEqualTypeOf<[string, number]>();
  expectTypeOf<ReportPaths<SummaryPlots | null>>().toEqualTypeOf<string | null>();
});

test('figures are texts, bytes, and what can be saved', () => {
  expectTypeOf({ displayName: 'a', figures: '<svg/>' }).toExtend<SummaryPlots>();
  expectTypeOf({ displayName: 'a', figures: { a: Buffer.from('') } }).toExtend<SummaryPlots>();
  const figure = { save: (sink: FigureSink) => sink.write('<svg/>') };
  expectTypeOf({ displayName: 'a', figures: [figure, '<p>'] }).toExtend<SummaryPlots>();
  // @ts-expect-error a number is no figure
  const wrong: SummaryPlots = { displayName: 'a', figures: 5 };
  expectTypeOf(wrong).toEqualTypeOf<SummaryPlots>();
});

test('a description has the type of the output', () => {
  const square = definePlugin({ name: 'a.square', process: () => ({ y: 1 }) });
  const described = createEngine().submit(square).describe();
  expectTypeOf(described).toEqualTypeOf<Promise<DescribedAnalysis<{ y: number }>>>();
});
