import { FilePluginHost } from './file-plugin-host.ts';
import type { PluginHost } from './plugin-host.ts';
import { resolvePluginHostOptions } from './plugin-host-options.ts';
import type { PluginHostOptions } from './plugin-host-options.ts';

/** Makes a plugin host; nothing is read until a directory is added. */
export function createPluginHost(options: PluginHostOptions = {}): PluginHost {
  return new FilePluginHost(resolvePluginHostOptions(options));
}
