import { redactStored } from '../engine/secrets.ts';
import type { StoredTask } from '../kernel/store-rows.ts';

/** What a store has of a task, as people may see it: a word stands for each secret of its input. */
export const readableTask = <T extends { readonly task: StoredTask }>(stored: T): T => ({
  ...stored,
  task: { ...stored.task, input: redactStored(stored.task.input) },
});
