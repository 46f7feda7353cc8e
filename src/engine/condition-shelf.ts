import { RunstateError } from '../kernel/errors.ts';
import { nameOfRequirement } from '../wire/condition.ts';
import type { Condition, Requirement } from '../wire/condition.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';

/** Where plugins' own conditions are looked for. */
export interface ConditionShelfPort {
  /** The plugin of that name, as it is now. */
  plugin(name: string): DefinedPlugin | undefined;
  plugins(): readonly DefinedPlugin[];
  /** Another condition has the name now, or it has one for the first time. */
  changed(name: string): void;
}

/** Who brought a condition; null for a submission, with whose tasks it goes. */
type Owner = { readonly plugin: string } | 'engine' | null;

interface Known {
  readonly condition: Condition;
  readonly owner: Owner;
}

/** The names listed in a refusal. */
const mostNames = 10;

const ownOf = ({ requires }: Pick<DefinedPlugin, 'requires'>): readonly Condition[] =>
  (requires ?? []).filter((each) => typeof each !== 'string');

/**
 * Conditions by name: those of the engine, of plugins, and of submissions for as long as a task of
 * them lives. A name means one condition; a plugin that was loaded again brings its own anew.
 */
export class ConditionShelf {
  readonly #port: ConditionShelfPort;
  readonly #known = new Map<string, Known>();
  /** How many tasks that have not ended require a name. */
  readonly #uses = new Map<string, number>();

  constructor(port: ConditionShelfPort) {
    this.#port = port;
  }

  /** The condition of that name; a plugin's own is known before its first task. */
  find(name: string): Condition | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known.condition;
    for (const plugin of this.#port.plugins()) {
      const own = ownOf(plugin).find((each) => each.name === name);
      if (own === undefined) continue;
      this.#known.set(name, { condition: own, owner: { plugin: plugin.name } });
      return own;
    }
    return undefined;
  }

  get names(): readonly string[] {
    const ofPlugins = this.#port.plugins().flatMap(ownOf);
    const all = [...this.#known.keys(), ...this.#uses.keys(), ...ofPlugins.map(nameOfRequirement)];
    return [...new Set(all)].toSorted();
  }

  isRequired(name: string): boolean {
    return this.#uses.has(name);
  }

  /** @throws {@link RunstateError} `CONDITION_DUPLICATE` */
  register(condition: Condition): void {
    this.#put(condition, 'engine');
  }

  /**
   * The names that a submission requires, with its plugin's. All is well, or nothing is known anew.
   *
   * @throws {@link RunstateError} `CONDITION_DUPLICATE`, `CONDITION_UNKNOWN`
   */
  claim(
    plugin: Pick<DefinedPlugin, 'name' | 'requires'>,
    requires: readonly Requirement[] = [],
  ): readonly string[] {
    const given = requires.filter((each) => typeof each !== 'string');
    const ofPlugin = ownOf(plugin);
    for (const each of ofPlugin) this.#assertFree(each, { plugin: plugin.name });
    for (const each of given) {
      this.#assertFree(each, null);
      const other = [...ofPlugin, ...given].find(({ name }) => name === each.name);
      if (other !== each) throw duplicate(each.name);
    }
    const all = [...(plugin.requires ?? []), ...requires];
    for (const name of all) {
      const isGiven = [...ofPlugin, ...given].some((each) => each.name === name);
      // A name that a live task requires, and nobody knows after a restart, is waited for.
      if (typeof name === 'string' && !isGiven && !this.isRequired(name)) this.assertKnown(name);
    }
    for (const each of ofPlugin) this.#put(each, { plugin: plugin.name });
    for (const each of given) if (!this.#known.has(each.name)) this.#put(each, null);
    return [...new Set(all.map(nameOfRequirement))];
  }

  /**
   * The names that a task from before a restart requires, with those that its plugin requires now. A
   * name may be unknown: its task waits.
   *
   * @throws {@link RunstateError} `CONDITION_DUPLICATE`
   */
  claimAgain(plugin: DefinedPlugin, names: readonly string[]): readonly string[] {
    for (const each of ownOf(plugin)) this.#put(each, { plugin: plugin.name });
    return [...new Set([...names, ...(plugin.requires ?? []).map(nameOfRequirement)])];
  }

  /** A task requires these from now on. */
  use(names: readonly string[]): void {
    for (const name of names) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  /** A task that required these has ended; what only submissions brought goes with the last of them. */
  release(names: readonly string[]): void {
    for (const name of names) {
      const left = (this.#uses.get(name) ?? 0) - 1;
      if (left > 0) {
        this.#uses.set(name, left);
        continue;
      }
      this.#uses.delete(name);
      if (this.#known.get(name)?.owner === null) this.#known.delete(name);
    }
  }

  /** @throws {@link RunstateError} `CONDITION_UNKNOWN` */
  assertKnown(name: string): void {
    if (this.find(name) !== undefined) return;
    const { names } = this;
    const shown = names.slice(0, mostNames).map((each) => `"${each}"`);
    const more = names.length > mostNames ? ', …' : '';
    const hint = names.length === 0 ? '' : ` There are ${shown.join(', ')}${more}.`;
    throw new RunstateError('CONDITION_UNKNOWN', [name, hint]);
  }

  #put(condition: Condition, owner: Owner): void {
    this.#assertFree(condition, owner);
    const { name } = condition;
    const known = this.#known.get(name);
    if (known?.condition === condition && known.owner !== null) return;
    this.#known.set(name, { condition, owner });
    if (known?.condition !== condition) this.#port.changed(name);
  }

  #assertFree(condition: Condition, owner: Owner): void {
    const { name } = condition;
    const known = this.#known.get(name);
    if (known === undefined || known.condition === condition) return;
    if (known.owner === null && !this.isRequired(name)) return;
    if (isPlugin(known.owner)) {
      const { plugin } = known.owner;
      if (isPlugin(owner) && owner.plugin === plugin) return;
      const now = this.#port.plugin(plugin);
      const isGone = now === undefined || !ownOf(now).includes(known.condition);
      if (isGone && !this.isRequired(name)) return;
    }
    throw duplicate(name);
  }
}

const isPlugin = (owner: Owner): owner is { readonly plugin: string } =>
  typeof owner === 'object' && owner !== null;

const duplicate = (name: string): RunstateError => new RunstateError('CONDITION_DUPLICATE', [name]);
