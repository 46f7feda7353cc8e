import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { AddressInfo } from 'node:net';

/** Something started for a test. */
export interface Started {
  stop(): Promise<void>;
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the port of a process answers; fails when the process ends before. */
const whenListening = async (child: ChildProcess, port: number): Promise<void> => {
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${child.spawnfile} ended before it listened on port ${port}`);
    }
    await pause(20);
  }
};

/** TANGO's servers answer a little later than they listen, and say when. */
const whenReady = (
  child: ChildProcessByStdio<null, Readable, Readable>,
  text: string,
): Promise<void> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended: ${output}`)));
  });

const stopChild = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

/** Starts a program that listens on a port of the loopback, and waits until it does or says `readyText`. */
export const startServer = async (
  file: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
  readyText = file.startsWith('/usr/lib/tango/') ? 'Ready to accept request' : '',
): Promise<ChildProcess & Started> => {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  child.stderr.resume();
  try {
    await (readyText === '' ? whenListening(child, port) : whenReady(child, readyText));
    child.stdout.resume();
  } catch (error) {
    await stopChild(child, 'SIGKILL');
    throw error;
  }
  return Object.assign(child, { stop: () => stopChild(child, 'SIGKILL') });
};

/** TANGO's own test device, without a database, as `sys/tg_test/1`. */
export const startTangoTest = async (
  port?: number,
): Promise<{ readonly name: string; readonly port: number; readonly pid: number } & Started> => {
  const chosen = port ?? (await freePort());
  const child = await startServer(
    '/usr/lib/tango/TangoTest',
    ['tst', '-ORBendPoint', `giop:tcp:127.0.0.1:${chosen}`, '-nodb', '-dlist', 'sys/tg_test/1'],
    chosen,
  );
  return {
    name: `tango://127.0.0.1:${chosen}/sys/tg_test/1#dbase=no`,
    port: chosen,
    pid: child.pid ?? 0,
    stop: () => child.stop(),
  };
};

/** Runs a program to its end and gives what it printed. */
export const run = async (
  file: string,
  args: readonly string[],
  { env = {}, input }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = spawn(file, args, { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
};

const sql = async (socket: string, statements: string, database?: string): Promise<void> => {
  const args = ['--no-defaults', `--socket=${socket}`, '-uroot', ...(database ? [database] : [])];
  const { code, output } = await run('mysql', args, { input: statements });
  if (code !== 0) throw new Error(output);
};

/** A control system of its own: MariaDB and TANGO's database. */
export interface ControlSystem extends Started {
  /** As `TANGO_HOST` has it. */
  readonly host: string;
  readonly port: number;
  /** Starts a server that the database knows. */
  startServer(program: string, instance: string): Promise<ChildProcess & Started>;
}

const tables = [
  '/usr/share/tango-db/create_db_tables.sql',
  '/usr/share/tango-db/stored_proc.sql',
  '/usr/share/dbconfig-common/data/tango-db/install/mysql',
];

export const startControlSystem = async (): Promise<ControlSystem> => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-tango-'));
  const user = userInfo().username;
  const socket = join(folder, 's.sock');
  const data = join(folder, 'data');
  const started: Started[] = [{ stop: () => Promise.resolve(rmSync(folder, { recursive: true })) }];
  const stop = async (): Promise<void> => {
    for (const part of started.toReversed()) await part.stop();
    started.length = 0;
  };
  try {
    const prepared = await run('mariadb-install-db', [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]);
    if (prepared.code !== 0) throw new Error(prepared.output);
    const sqlPort = await freePort();
    const sqlServer = await startServer(
      '/usr/sbin/mariadbd',
      [
        '--no-defaults',
        `--user=${user}`,
        `--datadir=${data}`,
        `--socket=${socket}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--port=${sqlPort}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=0',
        '--skip-name-resolve',
        // The access control leaves out columns that have no default.
        '--sql-mode=NO_ENGINE_SUBSTITUTION',
      ],
      sqlPort,
    );
    started.push(sqlServer);
    await sql(
      socket,
      "create database tango; create user 'tango'@'127.0.0.1' identified by 'tango'; grant all on tango.* to 'tango'@'127.0.0.1';",
    );
    for (const file of tables) await sql(socket, `source ${file}`, 'tango');
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const env = {
      TANGO_HOST: host,
      MYSQL_USER: 'tango',
      MYSQL_PASSWORD: 'tango',
      MYSQL_HOST: `127.0.0.1:${sqlPort}`,
      MYSQL_DATABASE: 'tango',
      // A control system's own servers start also when its access control does not.
      SUPER_TANGO: 'true',
    };
    const endPoint = (number: number): string[] => ['-ORBendPoint', `giop:tcp:127.0.0.1:${number}`];
    started.push(
      await startServer('/usr/lib/tango/DataBaseds', ['2', ...endPoint(port)], port, env),
    );
    return {
      host,
      port,
      startServer: async (program, instance) => {
        const own = await freePort();
        const server = await startServer(
          `/usr/lib/tango/${program}`,
          [instance, ...endPoint(own)],
          own,
          env,
        );
        started.push(server);
        return server;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
