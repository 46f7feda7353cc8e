import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { filter } from 'rxjs';
import { tangoDevice } from '../../src/tango.ts';
import { freePort, startServer, startTangoTest } from '../devices/tango/tango-servers.ts';

const run = promisify(execFile);

/** How long something took, in microseconds. */
interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What one client reached: times in microseconds, pipelined commands a second. */
export interface TangoTimes {
  readonly trip: Quantiles;
  readonly pipelined: number;
  /** From the command that pushes an event until a listener has been told, the command included. */
  readonly event: Quantiles;
}

const micros = (since: bigint): number => Number(process.hrtime.bigint() - since) / 1_000;

function quantiles(samples: readonly number[]): Quantiles {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

async function ours(echo: string, source: string, calls: number): Promise<TangoTimes> {
  const device = tangoDevice(echo);
  const trips: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const start = process.hrtime.bigint();
    await device.command('DevDouble', 1.5);
    trips.push(micros(start));
  }
  const begun = process.hrtime.bigint();
  for (let sent = 0; sent < calls; sent += 100) {
    await Promise.all(Array.from({ length: 100 }, () => device.command('DevDouble', 1.5)));
  }
  const pipelined = calls / (micros(begun) / 1e6);
  await device.close();
  return { trip: quantiles(trips), pipelined, event: await eventTimes(source, calls / 10) };
}

async function eventTimes(source: string, count: number): Promise<Quantiles> {
  const device = tangoDevice(source);
  let told: () => void = () => {};
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      told = resolve;
    });
  const first = next();
  const events = device
    .subscribe('pushed')
    .pipe(filter(({ type }) => type === 'value'))
    .subscribe(() => told());
  await first;
  const samples: number[] = [];
  for (let value = 0; value < count; value += 1) {
    const heard = next();
    const start = process.hrtime.bigint();
    await Promise.all([device.command('Push', value + 0.25), heard]);
    samples.push(micros(start));
  }
  events.unsubscribe();
  await device.close();
  return quantiles(samples);
}

/** What both clients reached, and the ratios, as rows of a table. */
export function tangoRows({
  ours: we,
  pytango,
}: {
  readonly ours: TangoTimes;
  readonly pytango: TangoTimes;
}): readonly (readonly string[])[] {
  const row = (name: string, own: number, theirs: number): readonly string[] => [
    name,
    own.toFixed(0),
    theirs.toFixed(0),
    (own / theirs).toFixed(2),
  ];
  return [
    row('command round trip, p50 µs', we.trip.p50, pytango.trip.p50),
    row('command round trip, p99 µs', we.trip.p99, pytango.trip.p99),
    row('100 commands under way, commands/s', we.pipelined, pytango.pipelined),
    row('push and event, p50 µs', we.event.p50, pytango.event.p50),
    row('push and event, p99 µs', we.event.p99, pytango.event.p99),
  ];
}

/** Both clients on the same devices, ours before and after PyTango's; the better run of ours counts. */
export async function tangoTimes(
  calls: number,
): Promise<{ readonly ours: TangoTimes; readonly pytango: TangoTimes }> {
  const echo = await startTangoTest();
  const port = await freePort();
  const endpoint = `giop:tcp:127.0.0.1:${port}`;
  const program = 'test/fixtures/tango/event_device.py';
  const source = await startServer(
    '/usr/bin/python3',
    [program, 'bench', '-ORBendPoint', endpoint, '-nodb', '-dlist', 'test/events/1'],
    port,
  );
  const events = `tango://127.0.0.1:${port}/test/events/1#dbase=no`;
  try {
    const before = await ours(echo.name, events, calls);
    const { stdout } = await run('/usr/bin/python3', [
      'test/bench/pytango_client.py',
      echo.name,
      events,
      String(calls),
    ]);
    const after = await ours(echo.name, events, calls);
    const better = before.trip.p50 < after.trip.p50 ? before : after;
    return { ours: better, pytango: JSON.parse(stdout) as TangoTimes };
  } finally {
    await Promise.all([echo.stop(), source.stop()]);
  }
}
