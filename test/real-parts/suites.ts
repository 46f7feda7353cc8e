import { readFileSync } from 'node:fs';
import { filesUnder } from '../support/files.ts';

const call = /describeWith\(([^)]*)\)/g;

/** The test files that name a part in `describeWith`. */
export const suitesWith = (part: string): readonly string[] =>
  filesUnder(['test'], /\.test\.ts$/).filter((file) =>
    [...readFileSync(file, 'utf8').matchAll(call)].some(([, parts]) =>
      parts?.includes(`'${part}'`),
    ),
  );
