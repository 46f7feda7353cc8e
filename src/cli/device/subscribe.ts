import { fromEvent, lastValueFrom, merge, NEVER, takeUntil, takeWhile, tap, timer } from 'rxjs';
import { catchError, throwError } from 'rxjs';
import type {
  AttributeEventKind,
  AttributeNotification,
  SubscribeOptions,
} from '../../kernel/device-proxy.ts';
import type { Cli } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { countOf } from '../numbers.ts';
import { codeOf, widthOf } from '../terminal.ts';
import { counted, oneLine, preciseTime } from '../words.ts';
import { describedAttributes } from './described-attributes.ts';
import type { DescribedAttributes } from './described-attributes.ts';
import { DeviceCallError } from './device-call-error.ts';
import { valueJson } from './value-json.ts';
import { valueText } from './value-text.ts';
import type { DeviceCli } from './device-doors.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions, OpenedDevice } from './with-device.ts';

/** The kinds of event, as they are called on the command line. */
export const eventKinds: Readonly<Record<string, AttributeEventKind>> = {
  change: 'change',
  periodic: 'periodic',
  archive: 'archive',
  user: 'user',
  'data-ready': 'dataReady',
  configuration: 'configuration',
  interface: 'interface',
};

/** Options of `runstate device <name> subscribe`. */
export interface SubscribeCommandOptions extends DeviceOptions {
  readonly event?: string;
  readonly periodMs?: string;
  readonly count?: string;
  readonly strict?: boolean;
  readonly jsonLines?: boolean;
}

/** Listens to attributes and prints each value that comes, until told to end. */
export function subscribeCommand(
  name: string,
  attributes: readonly string[],
  options: SubscribeCommandOptions,
  cli: DeviceCli,
): Promise<number> {
  const { count, timeoutMs, periodMs, event = 'change', strict = false } = options;
  const wanted = count === undefined ? null : countOf('--count', count);
  const limit = timeoutMs === undefined ? null : countOf('--timeout-ms', timeoutMs);
  const how: SubscribeOptions = {
    event: eventKinds[event] ?? 'change',
    strict,
    ...(periodMs === undefined ? {} : { periodMs: countOf('--period-ms', periodMs) }),
  };
  return withDevice(name, { json: options.json === true }, cli, async (opened) => {
    const show = await presenter(opened, options, cli);
    let values = 0;
    const told = merge(...attributes.map((attribute) => listened(opened, attribute, how))).pipe(
      tap((notification) => {
        show.told(notification);
        if (notification.type === 'value') values += 1;
      }),
      takeWhile(() => wanted === null || values < wanted),
      takeUntil(merge(fromEvent(opened.signal, 'abort'), limit === null ? NEVER : timer(limit))),
    );
    try {
      await lastValueFrom(told, { defaultValue: null });
    } finally {
      show.ended();
    }
    if (wanted === null || values >= wanted) return exitCodes.completed;
    cli.terminal.say(`${counted(values, 'value')} of ${wanted} came`);
    return opened.signal.aborted ? exitCodes.cancelled : exitCodes.timedOut;
  });
}

const listened = ({ device }: OpenedDevice, attribute: string, how: SubscribeOptions) =>
  device.subscribe(attribute, how).pipe(
    catchError((error: unknown) => {
      const what = `subscribe to ${attribute} of ${device.name}`;
      return throwError(() => new DeviceCallError(what, error));
    }),
  );

/** Shows what comes. */
interface Presenter {
  told(notification: AttributeNotification): void;
  ended(): void;
}

async function presenter(
  { device, call }: OpenedDevice,
  { json, jsonLines }: SubscribeCommandOptions,
  { terminal, process }: Cli,
): Promise<Presenter> {
  if (jsonLines === true) {
    return { told: (notification) => terminal.json(valueJson(notification)), ended: () => {} };
  }
  if (json === true) {
    const all: unknown[] = [];
    return {
      told: (notification) => void all.push(valueJson(notification)),
      ended: () => terminal.json(all),
    };
  }
  const known = await describedAttributes(device, call);
  return {
    told(notification) {
      const line = lineOf(notification, known, widthOf(process));
      if (notification.type === 'value') terminal.result(line);
      else terminal.say(line);
    },
    ended: () => {},
  };
}

function lineOf(
  notification: AttributeNotification,
  known: DescribedAttributes,
  width: number | null,
): string {
  const { attribute } = notification;
  switch (notification.type) {
    case 'value': {
      const { value, at, quality, via, isStale } = notification;
      const head = `${preciseTime(at)}  ${attribute}  `;
      const notes = [
        ...(quality === 'valid' ? [] : [quality]),
        ...(via === 'event' ? [] : [via === 'poll' ? 'polled' : 'read']),
        ...(isStale ? ['stale'] : []),
      ];
      const tail = notes.length === 0 ? '' : `  (${notes.join(', ')})`;
      const room = width === null ? null : Math.max(width - head.length - tail.length, 10);
      return `${head}${valueText(value, known(attribute) ?? {}, room)}${tail}`;
    }
    case 'error': {
      const { error, receivedAt } = notification;
      const code = codeOf(error);
      const what = code === undefined ? '' : ` ${code}`;
      return `${preciseTime(receivedAt)}  ${attribute}  error${what}: ${oneLine(error.message)}`;
    }
    case 'gap': {
      const { missed, receivedAt } = notification;
      const what = missed === null ? 'some events' : counted(missed, 'event');
      return `${preciseTime(receivedAt)}  ${attribute}  (${what} missed here)`;
    }
  }
}
