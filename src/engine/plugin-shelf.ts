import { RunstateError } from '../kernel/errors.ts';
import type { RunnablePlugin } from '../kernel/runner.ts';
import type { PluginHost } from '../plugin-host/plugin-host.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { isPluginClass } from '../wire/plugin-class.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import type { PluginSource } from './core.ts';
import type { RunnerRoom } from './runner-room.ts';

/** The host's plugins, as submissions and attempts need them. */
export class PluginShelf implements PluginSource {
  readonly #host: PluginHost;
  readonly #runners: RunnerRoom;
  /** What was registered once need not be looked up by name again. */
  readonly #known = new WeakMap<DefinedPlugin | PluginClass, DefinedPlugin>();
  readonly #runnable = new WeakMap<DefinedPlugin, RunnablePlugin>();
  /** The engine's own plugins, by name: they are submitted by it, and listed nowhere. */
  readonly #builtIns = new Map<string, DefinedPlugin>();
  /** Told when a plugin was registered. */
  onRegistered: () => void = () => {};

  constructor(host: PluginHost, runners: RunnerRoom) {
    this.#host = host;
    this.#runners = runners;
  }

  addBuiltIn(plugin: DefinedPlugin): void {
    this.#builtIns.set(plugin.name, plugin);
    this.#known.set(plugin, plugin);
  }

  /**
   * The plugin that a submission means; an object is registered by it.
   *
   * @throws {@link RunstateError} `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE`
   */
  resolve(plugin: string | DefinedPlugin | PluginClass): DefinedPlugin {
    if (typeof plugin === 'string') {
      return this.#builtIns.get(plugin) ?? this.#host.assertKnown(plugin);
    }
    const known = this.#known.get(plugin);
    if (known !== undefined) return known;
    const registered = this.#host.register(plugin);
    this.#assertPortable(registered);
    const isOfFile = this.#host.moduleUrlOf(registered) !== null;
    if (!isOfFile || isPluginClass(plugin)) this.#known.set(plugin, registered);
    this.onRegistered();
    return registered;
  }

  /** The plugin of that name, if there is one. */
  find(name: string): DefinedPlugin | undefined {
    return this.#builtIns.get(name) ?? this.#host.get(name);
  }

  all(): readonly DefinedPlugin[] {
    return this.#host.list().flatMap(({ name }) => this.#host.get(name) ?? []);
  }

  freshest(plugin: DefinedPlugin): DefinedPlugin | Promise<DefinedPlugin> {
    if (this.#host.moduleUrlOf(plugin) === null) return plugin;
    return this.#host.refresh(plugin.name).then((fresh) => fresh ?? plugin);
  }

  runnable(plugin: DefinedPlugin): RunnablePlugin | Promise<RunnablePlugin> {
    const known = this.#runnable.get(plugin);
    if (known !== undefined) return known;
    if (plugin.runner === 'inline') return this.#keep(plugin, null);
    return this.#portable(plugin);
  }

  async #portable(plugin: DefinedPlugin): Promise<RunnablePlugin> {
    this.#assertPortable(plugin);
    await this.#runners.load(plugin.runner);
    const ownUrl = this.#host.moduleUrlOf(plugin);
    return this.#keep(plugin, ownUrl ?? (await this.#host.portableUrl(plugin.module ?? '')));
  }

  #keep(plugin: DefinedPlugin, moduleUrl: string | null): RunnablePlugin {
    const { name, suspend } = plugin;
    const runnable = { name, suspend, moduleUrl, definition: plugin };
    this.#runnable.set(plugin, runnable);
    return runnable;
  }

  #assertPortable(plugin: DefinedPlugin): void {
    if (plugin.runner === 'inline' || plugin.module !== undefined) return;
    if (this.#host.moduleUrlOf(plugin) !== null) return;
    throw new RunstateError('PLUGIN_NOT_PORTABLE', [plugin.name, plugin.runner]);
  }
}
