import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { filesUnder } from '../support/files.ts';
import { bringParts } from './bring-parts.ts';
import type { MissingParts } from './bring-parts.ts';
import type { Machine } from './install-packages.ts';
import { missingParts } from './missing-parts.ts';
import { realParts } from './parts.ts';
import type { RealPart } from './parts.ts';
import { suitesWith } from './suites.ts';

const programs = ['flock', 'sh', 'rm', 'grep', 'chmod', 'touch', 'cat', 'mkdir', 'rmdir'];

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runstate-parts-'));
  said = [];
  for (const program of programs) symlinkSync(`/usr/bin/${program}`, join(folder, program));
});

afterEach(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);

const script = (name: string, ...lines: readonly string[]): void => {
  writeFileSync(inFolder(name), ['#!/usr/bin/sh', ...lines, ''].join('\n'));
  chmodSync(inFolder(name), 0o755);
};

/** A Debian in a folder, whose package is a file. */
const debian = (install = `touch '${inFolder('present')}'`): void => {
  script('dpkg-query', `[ -e '${inFolder('present')}' ] && printf 'install ok installed'`);
  script('debconf-set-selections', `cat >'${inFolder('answers')}'`);
  script(
    'apt-get',
    `mkdir '${inFolder('busy')}' || exit 1`,
    `echo "$DEBIAN_FRONTEND $*" >>'${inFolder('log')}'`,
    `[ "$1" = update ] || { sh '${inFolder('policy')}'; echo "policy $?" >>'${inFolder('log')}'; ${install}; }`,
    'code=$?',
    `rmdir '${inFolder('busy')}'`,
    'exit $code',
  );
};

const part = (): RealPart => ({
  name: 'clockwork',
  files: [inFolder('present')],
  packages: ['clockwork-bin'],
});

const machine = (more: Partial<Machine> = {}): Machine => ({
  env: { PATH: folder },
  uid: 0,
  policyFile: inFolder('policy'),
  lockFile: inFolder('lock'),
  ...more,
});

const bring = (more: Partial<Machine> = {}): Promise<MissingParts> =>
  bringParts({ parts: [part()], machine: machine(more), say: (line) => said.push(line) });

const inCI = (): Partial<Machine> => ({ env: { PATH: folder, CI: 'true' } });

describe('bringParts', () => {
  it('says and does nothing when all is there', async () => {
    writeFileSync(inFolder('present'), '');
    expect(await bring(inCI())).toEqual({});
    expect(said).toEqual([]);
  });

  it('installs what is missing without a question, and says what', async () => {
    debian();
    expect(await bring(inCI())).toEqual({});
    expect(said).toEqual(['The tests talk to clockwork: apt-get installs clockwork-bin']);
    expect(readFileSync(inFolder('log'), 'utf8').split('\n')).toEqual([
      'noninteractive update',
      expect.stringMatching(
        /^noninteractive install -y --no-install-recommends .*Timeout=600 clockwork-bin$/,
      ),
      // What Debian takes for "do not start the service".
      'policy 101',
      '',
    ]);
    expect(readFileSync(inFolder('answers'), 'utf8')).toContain('dbconfig-install boolean false');
    expect(existsSync(inFolder('policy'))).toBe(false);
  });

  it("leaves another's policy of services where it is", async () => {
    debian();
    writeFileSync(inFolder('policy'), 'exit 104\n');
    await bring();
    expect(readFileSync(inFolder('policy'), 'utf8')).toBe('exit 104\n');
  });

  it('takes away the policy that a killed run has left', async () => {
    debian('false');
    await bring();
    expect(existsSync(inFolder('policy'))).toBe(false);
    debian(`cp '${inFolder('policy')}' '${inFolder('left')}'; touch '${inFolder('present')}'`);
    symlinkSync('/usr/bin/cp', inFolder('cp'));
    await bring();
    rmSync(inFolder('present'));
    writeFileSync(inFolder('policy'), readFileSync(inFolder('left')));
    debian();
    await bring();
    expect(existsSync(inFolder('policy'))).toBe(false);
  });

  it('installs once when two runs begin together', async () => {
    debian();
    expect(await Promise.all([bring(), bring()])).toEqual([{}, {}]);
    expect(readFileSync(inFolder('log'), 'utf8').match(/ install /g)).toHaveLength(1);
  });

  it('names the part, the reason and each suite that is skipped', async () => {
    const tangoTest = { ...part(), name: 'tango-test' };
    const missing = await bringParts({
      parts: [tangoTest],
      machine: machine({ uid: 1_000, env: { PATH: '/usr/bin' } }),
      say: (line) => said.push(line),
    });
    expect(missing).toEqual({ 'tango-test': 'only root may install' });
    expect(said).toContain(
      'skipped without tango-test: test/devices/tango/device/tango-test.test.ts',
    );
    expect(said.join('\n')).toContain('run as root: apt-get install clockwork-bin');
  });

  it.each([
    ['there is no apt', () => {}, /no apt-get/],
    ['apt fails', () => debian('echo "E: no network" >&2; false'), /apt-get failed: .*no network/],
    ['apt brings something else', () => debian('true'), /after apt-get has installed it/],
  ])('gives the reason when %s', async (_, prepare, reason) => {
    prepare();
    expect((await bring())['clockwork']).toMatch(reason);
  });

  it('fails in CI, with what to do', async () => {
    await expect(bring(inCI())).rejects.toThrow(
      /^CI needs clockwork, but there is no apt-get .*Run as root: apt-get install clockwork-bin$/,
    );
  });
});

describe('the table of real parts', () => {
  it('finds here what the set-up has brought', async () => {
    const missing = await missingParts(realParts);
    expect(missing.map(({ name }) => name)).toEqual(Object.keys(inject('missingParts')));
  });

  it('is needed by a suite, part for part', () => {
    expect(realParts.filter(({ name }) => suitesWith(name).length === 0)).toEqual([]);
  });

  it('knows every part that a suite names', () => {
    const known = new Set(realParts.flatMap(({ name }) => suitesWith(name)));
    const suites = filesUnder(['test'], /\.test\.ts$/).filter((file) =>
      /\bdescribeWith\('/.test(readFileSync(file, 'utf8')),
    );
    expect(suites.filter((suite) => !known.has(suite))).toEqual([]);
  });
});
