import { describe, inject } from 'vitest';
import type { RealPartName } from './parts.ts';

/**
 * Gives a `describe` for what talks to real parts: `describeWith('tango-test')('a device', () => …)`.
 * Where a part could not be had the suite is skipped, and its name says why.
 */
export const describeWith =
  (...parts: readonly RealPartName[]) =>
  (name: string, fn: () => void): void => {
    const missing = inject('missingParts');
    const absent = parts.filter((part) => missing[part] !== undefined);
    const reasons = absent.map((part) => `${part}: ${missing[part]}`).join('; ');
    const title = absent.length === 0 ? name : `${name} (not run without ${reasons})`;
    describe.skipIf(absent.length > 0)(title, () => {
      fn();
    });
  };
