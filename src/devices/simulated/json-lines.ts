import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** The longest line that is taken, in characters: a spectrum fits, a flood does not. */
export const longestLine = 64 * 1024 * 1024;

/**
 * Reads a socket as lines of JSON. A line that is too long, or is no JSON, is told once, and nothing
 * is read any more.
 */
export function readJsonLines(
  socket: Socket,
  handle: (value: unknown) => void,
  refuse: (why: string) => void,
  limit = longestLine,
): void {
  const decoder = new StringDecoder('utf8');
  const parts: string[] = [];
  let length = 0;
  let isOver = false;
  const end = (why: string): void => {
    isOver = true;
    parts.length = 0;
    refuse(why);
  };
  const line = (text: string): void => {
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      end(`it sent a line that is no JSON: ${text.slice(0, 60)}`);
      return;
    }
    handle(value);
  };
  socket.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const pieces = decoder.write(chunk).split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (isOver) return;
      length += piece.length;
      if (length > limit) return end(`it sent a line of more than ${limit} characters`);
      parts.push(piece);
      if (index === pieces.length - 1) return;
      const text = parts.join('');
      parts.length = 0;
      length = 0;
      line(text);
    }
  });
}

/** Writes one value as a line. */
export const writeJsonLine = (socket: Socket, value: unknown): boolean =>
  socket.write(`${JSON.stringify(value)}\n`);
