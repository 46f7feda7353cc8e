import { describe, expect, it } from 'vitest';
import { filterStages } from '../../../../plugins/nmr/jdf/filter-stages.ts';

describe('filterStages', () => {
  it('reads the count, the orders and the factors', () => {
    expect(filterStages('2 54 73         ', '8  2            ')).toEqual([
      { order: 54, factor: 8 },
      { order: 73, factor: 2 },
    ]);
  });

  it('reads numbers that leave no space between them in columns of three', () => {
    expect(filterStages('2127103         ', '8  2            ')).toEqual([
      { order: 127, factor: 8 },
      { order: 103, factor: 2 },
    ]);
  });

  it.each([
    ['', ''],
    ['2 54 73', ''],
    ['2 54', '8  2'],
    ['0', '8'],
    ['none', 'none'],
  ])('gives no stages for %j and %j', (orders, factors) => {
    expect(filterStages(orders, factors)).toEqual([]);
  });
});
