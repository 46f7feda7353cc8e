import type { FilterStage } from '../processing/group-delay.ts';

/**
 * Reads the stages of the receiver's filter from the header's texts: `orders` is the number of
 * stages and then each one's coefficients (`2 54 73`), `factors` the decimation of each (`8  2`).
 *
 * Anything that does not agree gives no stages.
 */
export function filterStages(orders: string, factors: string): FilterStage[] {
  const count = Number.parseInt(orders.trimStart().charAt(0), 10);
  if (!(count > 0)) return [];
  const order = numbers(orders.trim().slice(1), count);
  const factor = numbers(factors.trim(), count);
  if (order === undefined || factor === undefined) return [];
  return order.map((value, stage) => ({ order: value, factor: factor[stage] ?? 1 }));
}

/** Numbers separated by spaces or, when they leave none, right-aligned in columns of three. */
function numbers(text: string, count: number): number[] | undefined {
  const words = text.trim().split(/\s+/);
  const fields = words.length === count ? words : (text.padStart(3 * count).match(/.{3}/g) ?? []);
  const values = fields.map(Number);
  return values.length === count && values.every((value) => value > 0) ? values : undefined;
}
