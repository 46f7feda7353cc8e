import { z } from 'zod';

/**
 * What a remote job's task keeps in its checkpoint, so that a later attempt goes on with the same
 * remote job.
 */
export type RemoteJobRecord<TRef> =
  /** No remote job belongs to the task: none was launched, or the last one is over. */
  | { readonly remoteJob: 'none' }
  /** Written before the launch: whether there is a remote job is not known. */
  | { readonly remoteJob: 'launching'; readonly key: string }
  | { readonly remoteJob: 'launched'; readonly key: string; readonly ref: TRef };

const schema = z.discriminatedUnion('remoteJob', [
  z.object({ remoteJob: z.literal('none') }),
  z.object({ remoteJob: z.literal('launching'), key: z.string() }),
  z.object({ remoteJob: z.literal('launched'), key: z.string(), ref: z.unknown() }),
]);

/** The record of an earlier attempt; null when the checkpoint is not one of ours. */
export function readRecord<TRef>(checkpoint: unknown): RemoteJobRecord<TRef> | null {
  if (checkpoint === undefined) return { remoteJob: 'none' };
  const { success, data } = schema.safeParse(checkpoint);
  return success ? (data as RemoteJobRecord<TRef>) : null;
}
