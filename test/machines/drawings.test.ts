import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machinePages } from '../../docs/scripts/machine-page.ts';

const folder = 'docs/reference/machines';
const pages = machinePages();

describe('docs/reference/machines', () => {
  it.each([...pages])('%s is what npm run docs writes', (path, text) => {
    expect(existsSync(path) ? readFileSync(path, 'utf8') : 'no page').toBe(text);
  });

  it('has no page of a machine that is gone', () => {
    expect(readdirSync(folder).map((name) => `${folder}/${name}`)).toEqual(
      [...pages.keys()].toSorted(),
    );
  });

  it('is written the same each time', () => {
    expect(machinePages()).toEqual(pages);
  });
});
