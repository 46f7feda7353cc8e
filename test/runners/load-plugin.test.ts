import { describe, expect, it } from 'vitest';
import { loadPlugin } from '../../src/runners/load-plugin.ts';
import { isLoading } from '../../src/wire/loading.ts';

const fixture = (file: string): string =>
  new URL(`../fixtures/runner-plugins/${file}`, import.meta.url).href;

const contract = fixture('contract.mjs');

describe('loadPlugin', () => {
  it('finds a plugin by its name, whatever its case', async () => {
    expect((await loadPlugin(contract, 'contract.doubles')).name).toBe('contract.doubles');
    expect((await loadPlugin(contract, 'CONTRACT.Doubles')).name).toBe('contract.doubles');
  });

  it('finds a plugin by the last part of a name that its host gave', async () => {
    expect((await loadPlugin(contract, 'elsewhere.doubles')).name).toBe('contract.doubles');
  });

  it('gives a plugin class that does not name itself the name that it is asked for by', async () => {
    const plugin = await loadPlugin(contract, 'bench.counts');
    expect(plugin.name).toBe('bench.counts');
    expect(plugin.code).not.toBeNull();
  });

  it('finds a plugin that is exported twice', async () => {
    expect((await loadPlugin(fixture('exported-twice.mjs'), 'bench.once')).name).toBe('my.once');
  });

  it('names what a module exports when the plugin is not in it', async () => {
    await expect(loadPlugin(contract, 'contract.absent')).rejects.toMatchObject({
      code: 'PLUGIN_UNKNOWN',
      message: expect.stringMatching(/contract\.mjs exports .*contract\.doubles, .*Counts/),
    });
    await expect(loadPlugin(fixture('exports-no-plugin.mjs'), 'a.b')).rejects.toMatchObject({
      message: expect.stringContaining('exports no plugin.'),
    });
  });

  it('fails with the cause when the module cannot be imported', async () => {
    await expect(loadPlugin(fixture('throws-on-import.mjs'), 'a.b')).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      cause: { message: 'this file is of no use' },
    });
    await expect(loadPlugin(fixture('absent.mjs'), 'a.b')).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
    });
    expect(isLoading()).toBe(false);
  });

  it('refuses a plugin whose work is an actor', async () => {
    await expect(loadPlugin(fixture('is-an-actor.mjs'), 'is-an-actor')).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
    });
  });
});
