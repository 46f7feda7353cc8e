import { StreamingTask } from '../../src/actors/streaming-task.ts';
import type { StreamingTaskOptions } from '../../src/actors/streaming-task.ts';
import { ItemChannel } from './item-channel.ts';

/** A streaming task over channels, a new one for each run, and the items that it handled. */
export function channelTask(options: Partial<StreamingTaskOptions<string>>) {
  const channels: ItemChannel<string>[] = [];
  const signals: AbortSignal[] = [];
  const handled: string[] = [];
  const task = new StreamingTask<string>('monitor', {
    generate: (signal) => {
      const channel = new ItemChannel<string>();
      channels.push(channel);
      signals.push(signal);
      return channel;
    },
    handle: (item) => void handled.push(item),
    ...options,
  });
  return { task, channels, signals, handled };
}
