import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { nameOfRequirement, whyNotRequired } from '../wire/condition.ts';
import type { Requirement } from '../wire/condition.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { ConditionShelf } from './condition-shelf.ts';
import type { ConditionWatches, WatchedConditions } from './condition-watches.ts';
import { whyNotSuspended } from './suspension.ts';
import type { TaskRecord } from './task-record.ts';

/** What requirements are looked up in. */
export interface RequirementsPort {
  readonly shelf: ConditionShelf;
  readonly watches: ConditionWatches;
  readonly logger: Logger;
}

/** Conditions that are known for as long as somebody may still name them. */
export interface KeptConditions {
  readonly names: readonly string[];
  close(): void;
}

const nothing: readonly string[] = [];

/** Stands for a plugin that requires nothing. */
const nobody = { name: '' };

/** Which conditions are required, and for how long their names mean them. */
export class Requirements {
  readonly #shelf: ConditionShelf;
  readonly #watches: ConditionWatches;
  readonly #logger: Logger;

  constructor({ shelf, watches, logger }: RequirementsPort) {
    this.#shelf = shelf;
    this.#watches = watches;
    this.#logger = logger;
  }

  /**
   * The conditions that a submission requires, by name.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`, `CONDITION_DUPLICATE`, `CONDITION_UNKNOWN`
   */
  claim(
    plugin: DefinedPlugin,
    input: unknown,
    requires?: readonly Requirement[],
  ): readonly string[] {
    if (requires === undefined && plugin.requires === undefined) return nothing;
    const suspend = whyNotSuspended({ plugin, input }) === null ? 'cooperative' : 'refuse';
    const whyNot = whyNotRequired(suspend, requires ?? []);
    if (whyNot !== null) {
      throw new RunstateError('INVALID_OPTION', [], {
        message: `Option \`requires\` cannot be kept: ${whyNot}.`,
      });
    }
    return this.#shelf.claim(plugin, requires);
  }

  /**
   * Keeps conditions known by their names until what is returned is closed: those of work that is
   * submitted later, as a job's steps are. `names` stand for them in what is stored.
   *
   * @throws {@link RunstateError} `CONDITION_DUPLICATE`, `CONDITION_UNKNOWN`
   */
  keep(requires: readonly Requirement[]): KeptConditions {
    return this.keepAgain(this.#shelf.claim(nobody, requires));
  }

  /** As `keep`, of names from before a restart: work that requires one that nobody knows waits. */
  keepAgain(names: readonly string[]): KeptConditions {
    const shelf = this.#shelf;
    let left = names;
    shelf.use(names);
    return {
      names,
      close: () => {
        shelf.release(left);
        left = nothing;
      },
    };
  }

  /**
   * Watches conditions for what is no task, until it is closed; `changed` is called when they all are
   * met, or are not any more.
   *
   * @throws {@link RunstateError} `CONDITION_DUPLICATE`, `CONDITION_UNKNOWN`
   */
  watch(requires: readonly Requirement[], changed: () => void): WatchedConditions {
    return this.#watchKept(this.keep(requires), changed);
  }

  /** As `watch`, of names from before a restart: one that nobody knows is not met. */
  watchAgain(names: readonly string[], changed: () => void): WatchedConditions {
    return this.#watchKept(this.keepAgain(names), changed);
  }

  #watchKept(kept: KeptConditions, changed: () => void): WatchedConditions {
    const watched = this.#watches.watch(kept.names, changed);
    return {
      get isMet() {
        return watched.isMet;
      },
      get waits() {
        return watched.waits;
      },
      look: () => watched.look(),
      close: () => {
        watched.close();
        kept.close();
      },
    };
  }

  require(record: TaskRecord, names: readonly string[]): void {
    if (names.length === 0) return;
    record.requires = names;
    this.#shelf.use(names);
  }

  /** A task from before a restart, or whose plugin has come, requires what its plugin says now too. */
  requireAgain(record: TaskRecord, names: readonly string[]): void {
    let all = names;
    try {
      all = this.#shelf.claimAgain(record.plugin, names);
    } catch (error) {
      // It requires the name all the same, and waits for the condition that has it.
      this.#logger.error({ err: error, taskId: record.id }, 'a condition is not the plugin’s');
      all = [...new Set([...names, ...(record.plugin.requires ?? []).map(nameOfRequirement)])];
    }
    const before = record.requires;
    this.require(record, all);
    this.#shelf.release(before);
  }

  /** The task has ended: what only it has brought is forgotten. */
  ended(record: TaskRecord): void {
    this.#shelf.release(record.requires);
    record.requires = nothing;
  }
}
