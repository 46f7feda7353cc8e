import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { isUint8Array } from 'node:util/types';
import type { SavableFigure } from '../../wire/summary-plots.ts';

/** A figure of more bytes is taken for one that never ends. */
const mostBytes = 2 ** 27;

/** Keeps what is written to it. */
class FigureStream extends Writable {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error) => void): void {
    this.#length += chunk.length;
    if (this.#length > mostBytes) {
      done(new Error(`it is larger than ${mostBytes} bytes`));
      return;
    }
    // A copy: whoever writes may use the buffer again.
    this.#chunks.push(Buffer.from(chunk));
    done();
  }
}

/**
 * Lets a figure write itself down: what it wrote, or, if it wrote nothing, the text or bytes that it
 * gave back. One that gives its sink back is awaited until the sink is ended.
 */
export async function savedFigure(figure: SavableFigure): Promise<string | Uint8Array> {
  const sink = new FigureStream();
  // What it writes after its end is an error that nobody waits for.
  sink.on('error', () => {});
  const given: unknown = await figure.save(sink);
  if (given !== sink) sink.end();
  await finished(sink);
  if (!sink.isEmpty) return sink.bytes;
  if (typeof given === 'string' || isUint8Array(given)) return given;
  throw new Error(
    'it wrote nothing. Let `save` write before it returns, or return a promise, the text, the bytes, ' +
      'or the sink that it ends later',
  );
}
