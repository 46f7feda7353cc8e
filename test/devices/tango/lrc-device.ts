import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startServer } from './tango-servers.ts';
import type { Started } from './tango-servers.ts';

/** Debian's Python, which has PyTango; another one may come first on the PATH. */
export const python = '/usr/bin/python3';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/tango/${name}`, import.meta.url));

export const watcher = fixture('watch_lrc.py');

/** How the device of long-running commands is set up. */
export interface LrcDeviceSettings {
  /**
   * The versions of the protocol that it says it speaks; with `none` it says nothing and speaks the
   * first.
   *
   * @defaultValue `'2'`, which is both
   */
  readonly protocols?: 'none' | '1' | '2';
  /**
   * How long it tells of a command that has ended, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly keptMs?: number;
  /** @defaultValue `32` */
  readonly maxQueued?: number;
}

/** The device in a process of its own. */
export interface LrcTangoDevice extends Started {
  readonly name: string;
  /** The process now; another one after a restart. */
  readonly pid: number;
  /** How often `Move` and `Slow` have begun; the count outlives the process. */
  readonly moves: number;
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again under the same name; what it knew of commands is lost. */
  restart(): Promise<void>;
}

/** Starts `lrc_device.py` without a database, on a free port of the loopback. */
export async function startLrcDevice({
  protocols = '2',
  keptMs = 10_000,
  maxQueued = 32,
}: LrcDeviceSettings = {}): Promise<LrcTangoDevice> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'runstate-lrc-'));
  const moves = join(folder, 'moves');
  const own = ['--protocols', protocols, '--kept', String(keptMs / 1_000)];
  const limits = ['--queue', String(maxQueued), '--moves', moves];
  const tango = ['-nodb', '-dlist', 'test/lrc/1', '-ORBendPoint', `giop:tcp:127.0.0.1:${port}`];
  const args = ['-u', fixture('lrc_device.py'), 'test', ...own, ...limits, ...tango];
  const env = { PYTHONDONTWRITEBYTECODE: '1' };
  const start = (): ReturnType<typeof startServer> =>
    startServer(python, args, port, env, 'Ready to accept request');
  const forget = (): void => rmSync(folder, { recursive: true });
  let child = await start().catch((error: unknown) => {
    forget();
    throw error;
  });
  return {
    name: `tango://127.0.0.1:${port}/test/lrc/1#dbase=no`,
    get pid() {
      return child.pid ?? 0;
    },
    get moves() {
      return existsSync(moves) ? readFileSync(moves, 'utf8').split('\n').length - 1 : 0;
    },
    kill: () => child.stop(),
    restart: async () => {
      await child.stop();
      child = await start();
    },
    stop: async () => {
      await child.stop();
      forget();
    },
  };
}
