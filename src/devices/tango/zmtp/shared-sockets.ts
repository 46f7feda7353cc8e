import { SubSocket } from './sub-socket.ts';

interface Shared {
  readonly socket: Promise<SubSocket>;
  users: number;
}

const shared = new Map<string, Shared>();

/** A socket that others may use too. */
export interface UsedSocket {
  readonly socket: SubSocket;
  /** The last one to leave closes it. */
  leave(): void;
}

/** One socket for each endpoint, whoever listens through it; it is closed when nobody does. */
export async function useSocket(endpoint: string, timeoutMs: number): Promise<UsedSocket> {
  let entry = shared.get(endpoint);
  if (entry === undefined) {
    entry = { socket: SubSocket.open(endpoint, timeoutMs), users: 0 };
    shared.set(endpoint, entry);
  }
  const used = entry;
  const drop = (): void => {
    if (shared.get(endpoint) === used) shared.delete(endpoint);
  };
  used.users += 1;
  try {
    const socket = await used.socket;
    void socket.closed.then(drop);
    let isUsed = true;
    return {
      socket,
      leave() {
        if (!isUsed) return;
        isUsed = false;
        used.users -= 1;
        if (used.users > 0) return;
        drop();
        socket.close();
      },
    };
  } catch (error) {
    drop();
    throw error;
  }
}
