import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportParts } from '../../../src/runners/report/report-name.ts';
import { randomOf } from '../../support/random.ts';

const refusalOf = (name: string): unknown => {
  try {
    return reportParts(name);
  } catch (error) {
    return error;
  }
};

describe('reportParts', () => {
  it.each([
    ['scans/my_motor_scan', ['scans', 'my_motor_scan']],
    ['one', ['one']],
    ['run 12/α–β (2)/ページ', ['run 12', 'α–β (2)', 'ページ']],
    ['a/b/c/d/e', ['a', 'b', 'c', 'd', 'e']],
    ['console/auxiliary/com10', ['console', 'auxiliary', 'com10']],
    ['-rf/$(id)/&amp;/%2e%2e', ['-rf', '$(id)', '&amp;', '%2e%2e']],
    [`${'x'.repeat(255)}/y`, ['x'.repeat(255), 'y']],
  ])('takes %j', (name, parts) => {
    expect(reportParts(name)).toEqual(parts);
  });

  it.each([
    ['', 'is empty'],
    ['/etc/passwd', 'absolute path'],
    ['//host/share', 'absolute path'],
    ['C:/scans', 'absolute path'],
    ['c:scans', 'absolute path'],
    ['scans\\motor', 'backslash'],
    ['..\\motor', 'backslash'],
    ['..', 'another folder'],
    ['../motor', 'another folder'],
    ['scans/../../motor', 'another folder'],
    ['scans/..', 'another folder'],
    ['./scans', 'another folder'],
    ['scans/.', 'another folder'],
    ['scans//motor', 'an empty part'],
    ['scans/', 'an empty part'],
    ['.ssh/keys', 'hidden'],
    ['scans/.hidden', 'hidden'],
    ['...', 'hidden'],
    ['sc\0ans', 'cannot be printed'],
    ['scans/mo\ntor', 'cannot be printed'],
    ['\u202Escans', 'cannot be printed'],
    ['scans\uD800', 'cannot be printed'],
    ['sc\u2028ans', 'cannot be printed'],
    ['scans/a?', 'not every file system'],
    ['scans/a:stream', 'not every file system'],
    ['<script>', 'not every file system'],
    [' scans', 'space or dot'],
    ['scans /motor', 'space or dot'],
    ['scans/motor.', 'space or dot'],
    ['con', 'device'],
    ['scans/NUL.txt', 'device'],
    ['COM1/a', 'device'],
    ['lpt³', 'device'],
    ['scans/report.html', 'page itself'],
    ['Report.HTML/x', 'page itself'],
    ['x'.repeat(256), 'more than 255 bytes'],
    ['ä'.repeat(128), 'more than 255 bytes'],
    [`${'xx/'.repeat(400)}x`, 'longer than 1000 bytes'],
  ])('refuses %j: it %s', (name, problem) => {
    expect(refusalOf(name)).toMatchObject({
      code: 'REPORT_NAME_INVALID',
      message: expect.stringContaining(problem) as string,
      fields: [{ path: 'displayName' }],
    });
    expect(refusalOf(name)).toHaveProperty(
      'message',
      expect.stringMatching(/^`displayName` ".*" of a report .*Use names such as/s),
    );
  });

  it('never leads out of the folder, whatever it is given', () => {
    const random = randomOf(1);
    const pieces = ['..', '.', '/', '\\', 'a', 'b.c', ' ', '\0', 'C:', '~', 'con', '…', '//', '-'];
    const root = normalize('/results/here');
    let taken = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const length = 1 + random.below(6);
      const name = Array.from({ length }, () => random.pick(pieces)).join('');
      const parts = refusalOf(name);
      if (!Array.isArray(parts)) continue;
      taken += 1;
      const inside = relative(root, join(root, ...(parts as string[])));
      expect(inside.split(sep)).toEqual(name.split('/'));
      expect(isAbsolute(inside) || inside.startsWith('..')).toBe(false);
    }
    expect(taken).toBeGreaterThan(100);
  });
});
