import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machines } from '../../src/inspect/machines.ts';

describe('machines', () => {
  it('holds every machine of the folder, under the name of its file', () => {
    const names = readdirSync('machines').map((file) => file.replace(/\.machine\.ts$/, ''));
    expect(Object.keys(machines)).toEqual(names.toSorted());
  });

  it('holds each machine under its own id', () => {
    const ids = Object.values(machines).map(({ id }) => id.toLowerCase());
    expect(ids).toEqual(Object.keys(machines).map((name) => name.replaceAll('-', '')));
  });
});
