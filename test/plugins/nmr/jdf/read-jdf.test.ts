import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJdf } from '../../../../plugins/nmr/jdf/read-jdf.ts';
import { dataFile } from '../data-file.ts';

describe('readJdf', () => {
  let folder: string;
  let proton: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nmr-read-'));
    proton = await readFile(dataFile('rutin-1h-dmso'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  it('reads the FID and its header', async () => {
    const { fid, ...header } = await readJdf(dataFile('rutin-1h-dmso'));
    expect(fid.re).toHaveLength(32_768);
    expect(fid.im).toHaveLength(32_768);
    expect(header).toMatchObject({ nucleus: '1H', solvent: 'DMSO-D6' });
    expect(header.frequencyMHz).toBeCloseTo(399.7822, 4);
    expect(header.offsetPpm).toBeCloseTo(9, 6);
    expect(header.spectralWidthHz).toBeCloseTo(10_016.0256, 3);
    expect(header.usableWidthHz).toBeCloseTo(8012.8205, 3);
    expect(header.deadTimeS).toBeCloseTo(6.18e-6, 9);
  });

  it.each(['rutin-1h-dmso', 'rutin-13c-dmso', 'fluorine'] as const)(
    'finds a group delay of 19.656 points in %s',
    async (name) => {
      const { groupDelayPoints } = await readJdf(dataFile(name));
      expect(Math.abs(groupDelayPoints - 19.656)).toBeLessThan(0.001);
    },
  );

  it.each([
    ['Proton', '1H'],
    ['Phosphorus31', '31P'],
    ['29Si', '29Si'],
  ])('takes the nucleus of a file that calls it %s', async (name, expected) => {
    const bytes = Buffer.from(proton);
    const title = bytes.indexOf(Buffer.from('X_DOMAIN'.padEnd(28)));
    bytes.write(name.padEnd(16), title - 20, 'latin1');
    const { nucleus } = await readJdf(await written('nucleus.jdf', bytes));
    expect(nucleus).toBe(expected);
  });

  it('says that a file does not exist', async () => {
    const file = join(folder, 'absent.jdf');
    await expect(readJdf(file)).rejects.toThrow(
      `Cannot read \`file\` '${file}': there is no such file. Give the path of a .jdf file.`,
    );
  });

  it('says that a path is a folder', async () => {
    await expect(readJdf(folder)).rejects.toThrow('it is a folder');
  });

  it.each([
    ['text', 'Just a note, no spectrum.\n'],
    ['empty', ''],
  ])('refuses a file of %s for good', async (name, content) => {
    const file = await written(`${name}.jdf`, content);
    const refusal = readJdf(file);
    await expect(refusal).rejects.toThrow('it is not a JEOL Delta file');
    await expect(refusal).rejects.toMatchObject({ name: 'PermanentFailure' });
  });

  it.each([20, 1000, 5000, 16_400, 300_000])(
    'says that a file of its first %d bytes is truncated',
    async (length) => {
      const file = await written('cut.jdf', proton.subarray(0, length));
      await expect(readJdf(file)).rejects.toThrow(
        `Cannot read \`file\` '${file}': it is truncated: ${length} bytes`,
      );
    },
  );

  it('refuses data of two dimensions', async () => {
    const bytes = Buffer.from(proton);
    bytes[12] = 2;
    await expect(readJdf(await written('two.jdf', bytes))).rejects.toThrow(
      'it holds data of 2 dimensions. Give a one-dimensional .jdf file as recorded.',
    );
  });

  it('refuses a spectrum that is already transformed', async () => {
    const bytes = Buffer.from(proton);
    bytes[33] = 26;
    await expect(readJdf(await written('done.jdf', bytes))).rejects.toThrow(
      'it holds a processed spectrum instead of the FID',
    );
  });

  it.each([
    ['x_offset', 'X_OFFSET', 1e250],
    ['x_offset', 'X_OFFSET', Number.NaN],
  ])('refuses a header whose %s cannot be', async (name, title, value) => {
    const bytes = Buffer.from(proton);
    bytes.writeDoubleLE(value, bytes.indexOf(Buffer.from(title.padEnd(28))) - 20);
    await expect(readJdf(await written('offset.jdf', bytes))).rejects.toThrow(
      `its header has no valid ${name}`,
    );
  });

  it('works the width out from the dwell time if the header has no valid one', async () => {
    const bytes = Buffer.from(proton);
    bytes.writeDoubleLE(-1, bytes.indexOf(Buffer.from('X_SWEEP'.padEnd(28))) - 20);
    const { spectralWidthHz, usableWidthHz } = await readJdf(await written('width.jdf', bytes));
    expect(spectralWidthHz).toBeCloseTo(10_016.0256, 3);
    expect(usableWidthHz).toBeCloseTo(8012.8205, 3);
  });

  it('takes no group delay if the filter was off', async () => {
    const bytes = Buffer.from(proton);
    const title = bytes.indexOf(Buffer.from('DIGITAL_FILTER'.padEnd(28)));
    bytes.write('FALSE'.padEnd(16), title - 20, 'latin1');
    const { groupDelayPoints } = await readJdf(await written('analogue.jdf', bytes));
    expect(groupDelayPoints).toBe(0);
  });

  it('refuses an FID of zeros', async () => {
    const bytes = Buffer.from(proton);
    bytes.fill(0, 16_384, 16_384 + 524_288);
    await expect(readJdf(await written('zeros.jdf', bytes))).rejects.toThrow('its FID is empty');
  });

  it('gives up when it is aborted', async () => {
    const file = join(folder, 'copy.jdf');
    await copyFile(dataFile('fluorine'), file);
    const reason = new Error('not wanted any more');
    await expect(readJdf(file, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
