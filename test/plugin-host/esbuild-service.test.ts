import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';
import { runPlugin } from './run-plugin.ts';

const listOfChildren = `/proc/self/task/${process.pid}/children`;

/** The builders that this process has started, by their ids. */
function builders(): number[] {
  const ids = readFileSync(listOfChildren, 'utf8').split(' ').filter(Boolean).map(Number);
  return ids.filter((id) => readFileSync(`/proc/${id}/comm`, 'utf8').startsWith('esbuild'));
}

describe.skipIf(!existsSync(listOfChildren))('useEsbuild', () => {
  it('shares one child process, starts it anew when it was killed, and ends it with the last host', async () => {
    using folder = pluginFolder();
    const hosts = [createPluginHost(), createPluginHost()] as const;
    for (const host of hosts) await host.load(folder.write('a.ts', pluginText('a.one', '1')));
    const [builder = 0, ...others] = builders();
    expect(others).toEqual([]);
    process.kill(builder, 'SIGKILL');
    folder.write('a.ts', pluginText('a.one', '2'));
    const renewed = await Promise.all(hosts.map((host) => host.refresh('a.one')));
    expect(await Promise.all(renewed.map((plugin) => runPlugin(plugin)))).toEqual([
      { result: 2 },
      { result: 2 },
    ]);
    expect(hosts.flatMap((host) => host.problems())).toEqual([]);
    await hosts[0].close();
    await expect.poll(builders).toHaveLength(1);
    await hosts[1].close();
    await expect.poll(builders).toEqual([]);
  });
});
