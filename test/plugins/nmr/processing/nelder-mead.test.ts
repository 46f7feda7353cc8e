import { describe, expect, it } from 'vitest';
import { nelderMead } from '../../../../plugins/nmr/processing/nelder-mead.ts';

describe('nelderMead', () => {
  it('finds the bottom of a bent valley', () => {
    const [x, y] = nelderMead(([a, b]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2, {
      start: [-1.2, 1],
      step: [0.5, 0.5],
      tolerance: 1e-6,
      maxIterations: 500,
    });
    expect(x).toBeCloseTo(1, 4);
    expect(y).toBeCloseTo(1, 4);
  });
});
