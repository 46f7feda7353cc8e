import { RunstateError } from '../../../kernel/errors.ts';

/** Where a server publishes what was asked for. */
export interface SubscriptionReply {
  /** Endpoints of heartbeats and events, the main ones first: one pair for each network of the host. */
  readonly endpoints: readonly { readonly heartbeat: string; readonly event: string }[];
  readonly topic: string;
  readonly heartbeatTopic: string;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/**
 * Reads the answer to `ZmqEventSubscriptionChange`: pairs of endpoints, then the topic and the name of
 * the channel.
 *
 * @throws {@link RunstateError} `DEVICE_PROTOCOL`
 */
export function readSubscriptionReply(answer: unknown, device: string): SubscriptionReply {
  const texts: unknown = Array.isArray(answer) ? answer[1] : undefined;
  if (!isTexts(texts) || texts.length < 4 || texts.length % 2 !== 0) {
    throw new RunstateError('DEVICE_PROTOCOL', [device, 'its answer to a subscription is none']);
  }
  const [topic = '', channel = ''] = texts.slice(-2);
  const endpoints: { heartbeat: string; event: string }[] = [];
  for (let index = 0; index < texts.length - 2; index += 2) {
    endpoints.push({ heartbeat: texts[index] ?? '', event: texts[index + 1] ?? '' });
  }
  return { endpoints, topic, heartbeatTopic: `${channel}.heartbeat` };
}

/** An endpoint at another host: a server may name one that is its own affair, such as 0.0.0.0. */
export const atHost = (endpoint: string, host: string): string =>
  endpoint.replace(
    /^(tcp:\/\/)(?:\[[^\]]+\]|[^:/]+)(:\d+)$/,
    (_, scheme: string, port: string) =>
      `${scheme}${host.includes(':') ? `[${host}]` : host}${port}`,
  );
