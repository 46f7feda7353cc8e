import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorMessages } from '../src/kernel/errors.ts';

describe('docs/reference/errors.md', () => {
  const page = readFileSync('docs/reference/errors.md', 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.*) \| (.*) \|$/gm)];
  const documented = rows.map(([, code = '']) => code);

  it('has a row for every code, and for no other', () => {
    expect(documented.toSorted()).toEqual(Object.keys(errorMessages).toSorted());
  });

  it('says of every code what it means and what to do', () => {
    const vague = rows.filter(
      ([, , meaning = '', remedy = '']) =>
        ![meaning, remedy].every((text) => /^\S.*\.$/.test(text)),
    );
    expect(vague.map(([, code]) => code)).toEqual([]);
  });
});
