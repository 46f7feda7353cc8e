import { frameOf } from './frames.ts';

/**
 * The greeting and the first command of ZMTP 3.0 with the mechanism NULL (rfc.zeromq.org/spec/23). The
 * minor version 0 makes a peer of any 3.x take subscriptions as messages.
 */
export const greetingLength = 64;

export function greeting(): Buffer {
  const bytes = Buffer.alloc(greetingLength);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.write('NULL', 12, 'latin1');
  return bytes;
}

/** Why a greeting is not one that can be spoken with; null when it is. */
export function greetingProblem(bytes: Buffer): string | null {
  if (bytes[0] !== 0xff || bytes[9] !== 0x7f) return 'it does not begin as ZMTP does';
  const version = bytes[10] as number;
  if (version < 3) return `it speaks ZMTP ${version}, and 3 is needed`;
  const mechanism = bytes.toString('latin1', 12, 32).replaceAll('\0', '');
  return mechanism === 'NULL' ? null : `it demands the mechanism ${mechanism}`;
}

const property = (name: string, value: string): Buffer => {
  const head = Buffer.alloc(1 + name.length + 4);
  head[0] = name.length;
  head.write(name, 1, 'latin1');
  head.writeUInt32BE(value.length, 1 + name.length);
  return Buffer.concat([head, Buffer.from(value, 'latin1')]);
};

const named = (name: string, rest: Buffer): Buffer =>
  frameOf(Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), rest]), true);

/** Says that this is a SUB socket. */
export const ready = (): Buffer =>
  named('READY', Buffer.concat([property('Socket-Type', 'SUB'), property('Identity', '')]));

/** The name of a command, and what follows it. */
export function readCommand(body: Buffer): { readonly name: string; readonly rest: Buffer } {
  const length = body[0] ?? 0;
  if (length + 1 > body.length) throw new Error('a command has no name');
  return { name: body.toString('latin1', 1, 1 + length), rest: body.subarray(1 + length) };
}

/** The answer to a PING: its context comes back. */
export const pong = (ping: Buffer): Buffer => named('PONG', ping.subarray(2));

/** Asks for all messages of a topic, or for no more of them. */
export const subscription = (topic: string, isWanted: boolean): Buffer =>
  frameOf(Buffer.concat([Buffer.from([isWanted ? 1 : 0]), Buffer.from(topic, 'latin1')]));
