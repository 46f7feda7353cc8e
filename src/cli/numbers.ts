import { UsageError } from './usage-error.ts';

/**
 * A number that was given as an option.
 *
 * @throws {@link UsageError}
 */
export function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`${option} must be a number, got ${text}`);
  }
  return value;
}

/**
 * A task's id, or another whole number from 1 on.
 *
 * @throws {@link UsageError}
 */
export function countOf(option: string, text: string): number {
  const value = numberOf(option, text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`${option} must be a whole number, 1 or more, got ${text}`);
  }
  return value;
}
