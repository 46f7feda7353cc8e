import { randomBytes } from 'node:crypto';

import { string, struct, ulong, ulongLong, union } from '../cdr/codec.ts';
import type { Decoded } from '../cdr/codec.ts';

/**
 * Who calls. A server tells the clients that hold locks apart by it and by the address of the
 * connection.
 */
export const clntIdent = union({
  CPP: ulong,
  JAVA: struct({
    MainClass: string,
    uuid: struct({ high: ulongLong, low: ulongLong }),
  }),
});
export type ClntIdent = Decoded<typeof clntIdent>;

/**
 * This process. A client of the kind `CPP` is known to a server by its process and the very connection it
 * calls through, so it would lose its locks with the connection; one of the kind `JAVA` is known by its
 * UUID alone.
 */
export const thisClient: ClntIdent = {
  type: 'JAVA',
  value: {
    MainClass: 'runstate',
    uuid: {
      high: randomBytes(8).readBigUInt64BE(),
      low: randomBytes(8).readBigUInt64BE(),
    },
  },
};
