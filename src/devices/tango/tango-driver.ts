import type { Clock } from '../../kernel/clock.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { CallOptions } from '../../kernel/device-proxy.ts';
import type { DeviceDriver } from '../driver.ts';
import { reachDevice } from './device/reach-device.ts';
import { TangoLink } from './device/tango-link.ts';
import { TangoDatabase } from './database/tango-database.ts';
import { formatTangoName, parseTangoName } from './database/tango-name.ts';
import type { OpenEvents } from './events/event-port.ts';
import { openTangoEvents } from './events/open-tango-events.ts';

/** How TANGO's devices are reached. */
export interface TangoOptions {
  /**
   * TANGO's database as `host:port`, or several as `host:port,host:port`, which are tried in turn; for
   * names that do not bring it. Programs take it from {@link tangoHostFromEnvironment}.
   */
  readonly tangoHost?: string;
  /**
   * Sets the control system's access control aside, as `SUPER_TANGO` does for TANGO's own tools.
   *
   * @defaultValue `false`
   */
  readonly superTango?: boolean;
  /**
   * The largest message that is accepted, in bytes; a peer that sends more is let go.
   *
   * @defaultValue `268_435_456` (256 MiB)
   */
  readonly maxMessageBytes?: number;
  /**
   * After how many quiet milliseconds the device is asked for a sign of life; when none comes in the same
   * time again, it is lost.
   *
   * @defaultValue `30_000`
   */
  readonly keepAliveMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
  /** @internal */
  readonly openEvents?: OpenEvents;
}

/** What {@link TangoOptions} become. */
export interface TangoSettings {
  readonly tangoHost: string | undefined;
  readonly superTango: boolean;
  readonly maxMessageBytes: number;
  readonly keepAliveMs: number;
  readonly clock: Clock;
  readonly openEvents: OpenEvents | undefined;
}

const resolveTangoOptions = (options: TangoOptions): TangoSettings => ({
  tangoHost: options.tangoHost,
  superTango: options.superTango ?? false,
  maxMessageBytes: options.maxMessageBytes ?? 256 * 1024 * 1024,
  keepAliveMs: options.keepAliveMs ?? 30_000,
  clock: options.clock ?? systemClock,
  openEvents: options.openEvents ?? openTangoEvents(options),
});

/** A driver whose links are TANGO's own. */
export interface TangoDriver extends DeviceDriver {
  connect(options: CallOptions): Promise<TangoLink>;
}

/**
 * Reaches a TANGO device by its name, with or without a database. With one the device's address is asked
 * for at each attempt, since it changes whenever the server is started.
 *
 * @throws {@link RunstateError} `DEVICE_UNKNOWN` when the name is none
 */
export const tangoDriver = (name: string, options: TangoOptions = {}): TangoDriver => {
  const settings = resolveTangoOptions(options);
  const parsed = parseTangoName(name, settings.tangoHost);
  return {
    name: formatTangoName(parsed),
    // cppTango tries again after at most 10 s.
    backoff: { baseMs: 100, maxMs: 10_000 },
    connect: async (callOptions) => new TangoLink(await reachDevice(parsed, settings, callOptions)),
  };
};

/**
 * A device's canonical name, an alias resolved: two names of one device give the same one.
 *
 * @throws {@link RunstateError} `DEVICE_UNKNOWN`, or `DEVICE_UNREACHABLE` when an alias cannot be asked for
 * @throws {@link DevFailed} when the database knows no such alias
 */
export const resolveTangoName = async (
  name: string,
  options: TangoOptions & CallOptions = {},
): Promise<string> => {
  const settings = resolveTangoOptions(options);
  const parsed = parseTangoName(name, settings.tangoHost);
  if (!parsed.isAlias) return formatTangoName(parsed);
  const database = await TangoDatabase.open(parsed.hosts, settings, options);
  try {
    const path = (await database.deviceOfAlias(parsed.path, options)).toLowerCase();
    return formatTangoName({ ...parsed, path, isAlias: false });
  } finally {
    database.close();
  }
};
