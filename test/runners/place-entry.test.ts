import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolvePlaceEntry } from '../../src/runners/place-entry.ts';

describe('resolvePlaceEntry', () => {
  it.each(['thread-worker', 'process-child'])('finds the compiled %s', (name) => {
    const file = resolvePlaceEntry('thread', name);
    expect(file).toMatch(new RegExp(`dist/src/runners/${name}\\.js$`));
    expect(existsSync(file)).toBe(true);
  });

  it('says what to do when the package was not built', () => {
    expect(() => resolvePlaceEntry('thread', 'not-built')).toThrow(
      'The thread runner cannot run the attempt: not-built.js is not there. Build the package first: npm run build',
    );
  });
});
