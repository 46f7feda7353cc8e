import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BundleFolder } from '../../src/plugin-host/bundle-folder.ts';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';

describe('BundleFolder', () => {
  it('is readable by nobody else, and gone when it is closed', async () => {
    using parent = pluginFolder();
    const folder = new BundleFolder(join(parent.path, 'made', 'here'));
    const { path } = await folder.write('export {};');
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(await folder.open()).mode & 0o077).toBe(0);
    await folder.close();
    expect(readdirSync(join(parent.path, 'made', 'here'))).toEqual([]);
  });

  it('stores the same code once, also when it comes many times at once', async () => {
    using parent = pluginFolder();
    const folder = new BundleFolder(parent.path);
    const files = await Promise.all(Array.from({ length: 20 }, () => folder.write('export {};')));
    expect(new Set(files.map(({ url }) => url)).size).toBe(1);
    expect(readdirSync(await folder.open())).toHaveLength(1);
    await folder.close();
  });

  it('removes what a killed process left long ago, and nothing else', async () => {
    using parent = pluginFolder();
    const deadPid = Number(
      execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }),
    );
    const names = {
      old: `runstate-plugins-${deadPid}-old`,
      recent: `runstate-plugins-${deadPid}-recent`,
      alive: `runstate-plugins-${process.pid}-alive`,
      other: 'somebody-else',
    };
    for (const name of Object.values(names)) mkdirSync(join(parent.path, name));
    const twoDaysAgo = Date.now() / 1_000 - 2 * 24 * 60 * 60;
    for (const name of [names.old, names.alive, names.other]) {
      utimesSync(join(parent.path, name), twoDaysAgo, twoDaysAgo);
    }
    const folder = new BundleFolder(parent.path);
    const own = await folder.open();
    expect(
      readdirSync(parent.path)
        .map((name) => join(parent.path, name))
        .toSorted(),
    ).toEqual(
      [
        own,
        ...[names.recent, names.alive, names.other].map((name) => join(parent.path, name)),
      ].toSorted(),
    );
    await folder.close();
  });

  it('writes nothing when it is not used', async () => {
    using parent = pluginFolder();
    const folder = new BundleFolder(join(parent.path, 'unused'));
    await folder.close();
    expect(existsSync(join(parent.path, 'unused'))).toBe(false);
  });
});

describe('createPluginHost', () => {
  it('leaves no file behind after a hundred reloads', async () => {
    using cache = pluginFolder();
    using folder = pluginFolder({ 'a.ts': pluginText('a.one', '0') });
    const host = createPluginHost({ cacheDir: cache.path });
    await host.addDirectory(folder.path);
    await host.loadAll();
    for (let count = 1; count <= 100; count += 1) {
      folder.write('a.ts', pluginText('a.one', String(count % 4)));
      await host.refresh('a.one');
      if (count % 10 === 0) await host.reload('a.one');
    }
    const [own = ''] = readdirSync(cache.path);
    const written = readdirSync(join(cache.path, own));
    expect(written).toHaveLength(4);
    expect(written.filter((name) => !name.endsWith('.mjs'))).toEqual([]);
    await host.close();
    expect(readdirSync(cache.path)).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(['a.ts']);
  });

  it('says so when the folder cannot be made', async () => {
    using folder = pluginFolder({ 'a.ts': pluginText('a.one', '0') });
    await using host = createPluginHost({ cacheDir: join(folder.path, 'a.ts', 'below') });
    await host.addDirectory(folder.path);
    await host.loadAll();
    expect(host.problems()).toMatchObject([{ message: expect.stringMatching(/ENOTDIR|EEXIST/) }]);
  });
});
