import { RunstateError } from '../../kernel/errors.ts';

/** The file that a report is; its folder has the report's name. */
export const reportFile = 'report.html';

/** File systems take names of 255 bytes. */
const longestPart = 255;
const longestName = 1_000;
const longestShown = 100;

const windowsReserved = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;
/** Control characters, halves of characters, line ends, and what turns the direction of writing. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

type Problem = readonly [isWrong: (part: string) => boolean, problem: string];

const quoted = (part: string): string => JSON.stringify(part.slice(0, longestShown));

/** What no part of a name may be; the first that fits is told. */
const partProblems: readonly Problem[] = [
  [(part) => part === '', 'has an empty part'],
  [(part) => part === '.' || part === '..', 'may not lead to another folder: it has the part %s'],
  [(part) => part.startsWith('.'), 'may not have hidden parts such as %s'],
  [(part) => unprintable.test(part), 'has characters that cannot be printed, in %s'],
  [
    (part) => /[<>:"|?*]/.test(part),
    'has one of the characters < > : " | ? *, which not every file system takes, in %s',
  ],
  [(part) => /^\s|[\s.]$/u.test(part), 'has a part that begins or ends with a space or dot, %s'],
  [(part) => windowsReserved.test(part), 'has the part %s, which Windows keeps for a device'],
  [
    (part) => part.toLowerCase() === reportFile,
    `has the part %s, which is what the page itself is called`,
  ],
  [
    (part) => Buffer.byteLength(part) > longestPart,
    `has a part of more than ${longestPart} bytes, %s`,
  ],
];

/** What is wrong with the name as a whole. */
const nameProblems: readonly Problem[] = [
  [(name) => name === '', 'is empty'],
  [(name) => name.includes('\\'), 'has a backslash'],
  [
    (name) => name.startsWith('/') || /^[a-z]:/i.test(name),
    'may not be an absolute path: it is a name under the results directory',
  ],
  [(name) => Buffer.byteLength(name) > longestName, `is longer than ${longestName} bytes`],
];

/** The error of a report that may not be called so. */
export function nameError(displayName: string, problem: string): RunstateError {
  const shown = quoted(displayName).slice(1, -1);
  return new RunstateError('REPORT_NAME_INVALID', [shown, problem], {
    fields: [{ path: 'displayName', message: problem }],
  });
}

/**
 * The folders that a report's name means, from the results directory on. They never lead out of it,
 * and every file system takes them.
 *
 * @throws {@link RunstateError} `REPORT_NAME_INVALID`, saying what is wrong with the name
 */
export function reportParts(displayName: string): readonly string[] {
  for (const [isWrong, problem] of nameProblems) {
    if (isWrong(displayName)) throw nameError(displayName, problem);
  }
  const parts = displayName.split('/');
  for (const part of parts) {
    const found = partProblems.find(([isWrong]) => isWrong(part));
    if (found !== undefined)
      throw nameError(
        displayName,
        found[1].replace('%s', () => quoted(part)),
      );
  }
  return parts;
}
