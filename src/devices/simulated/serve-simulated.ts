import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { RunstateError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SimulatedDefinition } from './definition.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';
import { SimSession } from './sim-call.ts';
import type { SimCall } from './sim-call.ts';
import { isObject, toWireError } from './sim-wire.ts';
import { refusal, Simulation } from './simulation.ts';

/** How simulated devices are served. */
export interface ServeOptions {
  /**
   * The port; 0 for a free one.
   *
   * @defaultValue `0`
   */
  readonly port?: number;
  /** @defaultValue `'127.0.0.1'` */
  readonly host?: string;
  readonly clock?: Clock;
}

/** Simulated devices that are served. */
export interface ServedDevices extends AsyncDisposable {
  readonly port: number;
  /** The address of each device, by its name: `sim://127.0.0.1:4711/console`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The devices at work, to make them fail. */
  readonly simulations: readonly Simulation[];
  close(): Promise<void>;
}

/** A client that does not read what it asked for is dropped beyond so many bytes. */
const mostUnread = 64 * 1024 * 1024;

/**
 * Serves simulated devices on a port, so that they outlive the engine and every client.
 *
 * @throws {@link RunstateError} `DEVICE_INVALID`, `DEVICE_DUPLICATE`; what listening fails with
 */
export async function serveSimulated(
  definitions: readonly SimulatedDefinition[],
  options: ServeOptions = {},
): Promise<ServedDevices> {
  const { port = 0, host = '127.0.0.1', clock } = options;
  const devices = new Map<string, Simulation>();
  for (const definition of definitions) {
    const simulation = new Simulation(definition, clock);
    const key = simulation.name.toLowerCase();
    if (devices.has(key)) throw new RunstateError('DEVICE_DUPLICATE', [simulation.name]);
    devices.set(key, simulation);
  }
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveClient(socket, devices);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  const close = async (): Promise<void> => {
    for (const simulation of devices.values()) simulation.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
  return {
    port: taken,
    addresses: Object.fromEntries(
      [...devices.values()].map(({ name }) => [name, `sim://${shown}:${taken}/${name}`]),
    ),
    simulations: [...devices.values()],
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Answers one client; what it asks of several devices comes over the one connection. */
function serveClient(socket: Socket, devices: ReadonlyMap<string, Simulation>): void {
  const sessions = new Map<string, SimSession>();
  const forgets: (() => void)[] = [];
  socket.setNoDelay(true);
  const send = (value: unknown): void => {
    if (socket.destroyed) return;
    writeJsonLine(socket, value);
    if (socket.writableLength > mostUnread) socket.destroy();
  };
  const sessionOf = (name: string): readonly [SimSession, Simulation] => {
    const simulation = devices.get(name.toLowerCase());
    if (simulation === undefined) {
      throw refusal('API_DeviceNotExported', `there is no device ${name} here`, name);
    }
    let session = sessions.get(simulation.name);
    if (session === undefined) {
      session = new SimSession(simulation, ({ error, ...event }) =>
        send(error === undefined ? event : { ...event, error: toWireError(error) }),
      );
      sessions.set(simulation.name, session);
      forgets.push(simulation.faults.onBreak(() => socket.destroy()));
      if (simulation.faults.isAway) socket.destroy();
    }
    return [session, simulation];
  };
  const answer = async (line: Readonly<Record<string, unknown>>): Promise<void> => {
    const { id, device, ...call } = line;
    try {
      const [session, { faults, clock }] = sessionOf(String(device));
      const fate = call['call'] === 'command' ? faults.fateOf(String(call['name'])) : 'answered';
      if (fate === 'lostBefore') return void socket.destroy();
      const value = await session.answer(call as unknown as SimCall);
      if (fate === 'lostAfter') return void socket.destroy();
      if (faults.replyDelayMs > 0) {
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, faults.replyDelayMs);
        });
      }
      send({ id, value });
    } catch (error) {
      send({ id, error: toWireError(error) });
    }
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const session of sessions.values()) session.end();
    for (const forget of forgets) forget();
  });
  readJsonLines(
    socket,
    (line) => {
      if (isObject(line)) void answer(line);
      else send({ error: { message: 'a request is an object' } });
    },
    (why) => {
      send({ error: { message: why } });
      socket.destroySoon();
    },
  );
}
