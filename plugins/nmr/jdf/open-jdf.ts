import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PermanentFailure } from '../../../src/plugin.ts';
import { loadJeolConverter } from '../libraries.ts';

const magnitude = z.array(z.object({ magnitude: z.unknown(), unit: z.unknown() }));
const name = z.string().optional().catch(undefined);

/** The part of the converter's answer that this plugin relies on; it is not typed otherwise. */
const converted = z.object({
  info: z.object({
    solvent: name,
    nucleus: z.array(name),
    originFrequency: magnitude,
    frequencyOffset: magnitude,
    spectralWidth: magnitude,
    spectralWidthClipped: magnitude,
  }),
  headers: z.object({
    dataFormat: z.string(),
    dataAxisType: z.array(z.string()),
    dataUnits: z.array(z.object({ base: z.string() })),
    dataAxisTitles: z.array(z.string()),
    dataOffsetStart: z.array(z.number()),
    dataOffsetStop: z.array(z.number()),
    dataAxisStart: z.array(z.number()),
    dataAxisStop: z.array(z.number()),
    baseFreq: z.array(z.number()),
    paramStart: z.number(),
  }),
  parameters: z.object({
    highIndex: z.number(),
    paramArray: z.array(z.object({ name: z.string(), value: z.unknown() })),
  }),
  data: z.object({ re: z.array(z.number()), im: z.array(z.number()).optional() }),
});

/**
 * A JEOL file as the converter reads it, with its bytes for what the converter leaves out.
 */
export interface JdfContent extends z.output<typeof converted> {
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const signature = 'JEOL.NMR';
const dimensionByte = 12;
const totalSizeByte = 1324;
const headerBytes = 1360;

/**
 * Opens a JEOL Delta file of one dimension.
 *
 * @throws Error if the file cannot be read or ends too early, which may be mended at the next
 * attempt, and PermanentFailure if it is no such file; both name the input field and the file
 */
export async function openJdf(file: string, signal?: AbortSignal): Promise<JdfContent> {
  const bytes = await readBytes(file, signal);
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, signature.length));
  if (start !== signature) {
    throw refusal(file, `it is not a JEOL Delta file: it does not begin with ${signature}`);
  }
  const dimensions = bytes[dimensionByte] ?? 1;
  if (dimensions > 1) throw refusal(file, `it holds data of ${dimensions} dimensions`);
  const { parseJEOL } = await loadJeolConverter();
  try {
    const content: unknown = parseJEOL(bytes.buffer);
    return { ...converted.parse(content), file, bytes };
  } catch (cause) {
    throw new Error(`Cannot read \`file\` '${file}': ${damage(bytes)}. Copy it again.`, { cause });
  }
}

/**
 * Says that a file is not for this plugin, and what is.
 */
export function refusal(file: string, reason: string): PermanentFailure {
  return new PermanentFailure(
    `Cannot reduce \`file\` '${file}': ${reason}. Give a one-dimensional .jdf file as recorded.`,
  );
}

async function readBytes(file: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file, signal === undefined ? {} : { signal }));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      `Cannot read \`file\` '${file}': ${obstacle(cause)}. Give the path of a .jdf file.`,
      { cause },
    );
  }
}

function obstacle(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return cause instanceof Error ? cause.message : String(cause);
}

function damage(bytes: Uint8Array<ArrayBuffer>): string {
  const announced =
    bytes.length >= headerBytes ? new DataView(bytes.buffer).getUint32(totalSizeByte) : headerBytes;
  return bytes.length < announced
    ? `it is truncated: ${bytes.length} bytes of at least ${announced}`
    : 'its header is damaged';
}
