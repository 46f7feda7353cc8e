import { importFile } from '../../plugin-host/import-file.ts';
import type { Cli } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { numberOf } from '../numbers.ts';
import { tableText } from '../table.ts';
import { widthOf } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { counted } from '../words.ts';
import type { ServeDevices } from './device-doors.ts';

/** Options of `runstate device serve`. */
export interface ServeOptions {
  readonly port?: string;
  readonly json?: boolean;
}

const highestPort = 65_535;

function portOf({ port = '0' }: ServeOptions): number {
  const number = numberOf('--port', port);
  if (Number.isInteger(number) && number >= 0 && number <= highestPort) return number;
  throw new UsageError(`--port must be a whole number from 0 to ${highestPort}, got ${port}`);
}

/**
 * Serves the simulated devices that a file exports. Their addresses are printed as soon as they can be
 * reached, which is what a script waits for; Ctrl-C or SIGTERM ends them.
 */
export async function serveCommand(
  file: string,
  options: ServeOptions,
  { process, terminal }: Cli,
  serve: ServeDevices,
): Promise<number> {
  const port = portOf(options);
  const toldToEnd = new AbortController();
  const end = (): void => {
    if (toldToEnd.signal.aborted) process.exit(exitCodes.cancelled);
    toldToEnd.abort();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    const served = await serve(await importFile(file), port);
    try {
      const { devices } = served;
      if (options.json === true) terminal.json({ devices });
      else terminal.result(tableOf(devices, widthOf(process)));
      terminal.say(`serving ${counted(devices.length, 'device')} of ${file}; Ctrl-C ends`);
      await whenAborted(toldToEnd.signal);
    } finally {
      await served.close();
    }
    return exitCodes.completed;
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
}

const tableOf = (
  devices: readonly { readonly name: string; readonly address: string }[],
  width: number | null,
): string =>
  tableText(
    [{ head: 'device' }, { head: 'address' }],
    devices.map(({ name, address }) => [name, address]),
    width,
  );

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
