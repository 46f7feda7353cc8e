import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { CdrError } from '../../../../src/devices/tango/cdr/cdr-error.ts';
import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import { parseIor } from '../../../../src/devices/tango/database/ior.ts';
import {
  superTangoFromEnvironment,
  tangoHostFromEnvironment,
} from '../../../../src/devices/tango/database/tango-environment.ts';
import {
  formatTangoName,
  parseTangoName,
} from '../../../../src/devices/tango/database/tango-name.ts';

const canonical = (name: string, tangoHost?: string): string =>
  formatTangoName(parseTangoName(name, tangoHost));

describe('parseTangoName', () => {
  it.each([
    ['tango://Host:10000/Sys/TG_test/1'],
    ['TANGO://host:10000/sys/tg_test/1#dbase=yes'],
    ['//host:10000/sys/tg_test/1'],
    ['sys/tg_test/1'],
    ['SYS/TG_TEST/1'],
    ['tango:sys/tg_test/1'],
  ])('gives %s the one name of its device', (name) => {
    expect(canonical(name, 'host:10000')).toBe('tango://host:10000/sys/tg_test/1');
  });

  it('keeps a device without a database apart', () => {
    const name = 'tango://host:1/a/b/c#dbase=no';
    expect(canonical(name)).toBe(name);
    expect(parseTangoName(name)).toMatchObject({ hasDatabase: false, path: 'a/b/c' });
  });

  it('knows an alias, and several databases', () => {
    expect(parseTangoName('Motor1', 'h1:1,H2:2')).toEqual({
      hosts: [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 2 },
      ],
      path: 'motor1',
      isAlias: true,
      hasDatabase: true,
    });
    expect(canonical('tango://[::1]:10000/a/b/c')).toBe('tango://[::1]:10000/a/b/c');
  });

  it.each([
    ['', undefined],
    ['a/b/c', undefined],
    ['a/b/c', 'host'],
    ['a/b/c', 'host:0'],
    ['a/b/c', 'host:99999'],
    ['a/b', 'host:1'],
    ['a/b/c/d', 'host:1'],
    ['tango://host/a/b/c', undefined],
    ['a/b/c#dbase=no', 'host:1'],
    ['alias#dbase=no', 'host:1'],
    ['tango://host:1/a/b/c#polled', undefined],
    ['http://host:1/a/b/c', undefined],
  ])('refuses %j with the database %j', (name, tangoHost) => {
    expect(() => parseTangoName(name, tangoHost)).toThrow(
      expect.objectContaining({ code: 'DEVICE_UNKNOWN' }),
    );
  });
});

describe('parseIor', () => {
  interface Profile {
    readonly tag: number;
    readonly host: string;
    readonly key: string;
    readonly alternates?: readonly string[];
  }

  const encapsulated = (isLittleEndian: boolean, write: (writer: CdrWriter) => void): Buffer => {
    const writer = new CdrWriter(isLittleEndian);
    writer.boolean(isLittleEndian);
    write(writer);
    return writer.take();
  };

  const ior = (profiles: readonly Profile[], isLittleEndian = true): string => {
    const bytes = encapsulated(isLittleEndian, (writer) => {
      writer.string('IDL:Tango/Device_5:1.0');
      writer.ulong(profiles.length);
      for (const { tag, host, key, alternates = [] } of profiles) {
        writer.ulong(tag);
        writer.octets(
          encapsulated(isLittleEndian, (profile) => {
            profile.octet(1);
            profile.octet(2);
            profile.string(host);
            profile.ushort(40_000);
            profile.octets(Buffer.from(key));
            profile.ulong(alternates.length + 1);
            profile.ulong(0);
            profile.octets(Buffer.alloc(8));
            for (const alternate of alternates) {
              profile.ulong(3);
              profile.octets(
                encapsulated(isLittleEndian, (component) => {
                  component.string(alternate);
                  component.ushort(50_000);
                }),
              );
            }
          }),
        );
      }
    });
    return `IOR:${bytes.toString('hex')}`;
  };

  it.each([true, false])(
    'reads all addresses of the object, little-endian %s',
    (isLittleEndian) => {
      const text = ior(
        [
          { tag: 1, host: 'other', key: 'x' },
          { tag: 0, host: 'one', key: 'k', alternates: ['two'] },
          { tag: 0, host: 'three', key: 'k' },
          { tag: 0, host: 'else', key: 'another' },
        ],
        isLittleEndian,
      );
      const { endpoints, objectKey } = parseIor(text);
      expect(endpoints).toEqual([
        { host: 'one', port: 40_000 },
        { host: 'two', port: 50_000 },
        { host: 'three', port: 40_000 },
      ]);
      expect(Buffer.from(objectKey).toString()).toBe('k');
    },
  );

  it('refuses what is none, and one that is not reached by TCP', () => {
    expect(() => parseIor('nada')).toThrow(CdrError);
    expect(() => parseIor('IOR:00')).toThrow(CdrError);
    expect(() => parseIor(ior([{ tag: 1, host: 'h', key: 'k' }]))).toThrow(/no address of IIOP/);
  });

  it('gives an address or a CdrError for any bytes', () => {
    const true_ = Buffer.from(ior([{ tag: 0, host: 'h', key: 'k' }]).slice(4), 'hex');
    fc.assert(
      fc.property(fc.nat(true_.length - 1), fc.uint8Array({ maxLength: 8 }), (at, given) => {
        const changed = Buffer.from(true_);
        changed.set(given.subarray(0, changed.length - at), at);
        try {
          parseIor(`IOR:${changed.toString('hex')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(CdrError);
        }
      }),
    );
  });
});

describe('tangoHostFromEnvironment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-tangorc-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('asks the environment, then the files in turn', () => {
    const user = file('user', '# mine\nTANGO_HOST = user:1 \nSUPER_TANGO=True\n');
    const system = file('system', 'TANGO_HOST=system:2');
    const missing = join(folder, 'missing');
    const files = [missing, user, system];
    expect(tangoHostFromEnvironment({ env: { TANGO_HOST: 'env:3' }, files })).toBe('env:3');
    expect(tangoHostFromEnvironment({ env: {}, files })).toBe('user:1');
    expect(tangoHostFromEnvironment({ env: {}, files: [missing, system] })).toBe('system:2');
    expect(tangoHostFromEnvironment({ env: {}, files: [missing] })).toBeUndefined();
    expect(superTangoFromEnvironment({ env: {}, files })).toBe(true);
    expect(superTangoFromEnvironment({ env: {}, files: [system] })).toBe(false);
  });
});
