import type { TestProject } from 'vitest/node';
import { bringParts } from './bring-parts.ts';
import type { MissingParts } from './bring-parts.ts';
import { thisMachine } from './install-packages.ts';
import { realParts } from './parts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly missingParts: MissingParts;
  }
}

/** A run of the tests begins with what they talk to. */
export async function setup(project: TestProject): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const missing = await bringParts({ parts: realParts, machine: thisMachine(), say });
  project.provide('missingParts', missing);
}
