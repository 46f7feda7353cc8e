import { execa } from 'execa';

/** The command line as it is installed. */
export const cliFile = 'dist/src/cli/main.js';

/** The plugins that the command line is tested with. */
export const casesDirectory = 'test/fixtures/cli-plugins';

type CliOptions = { readonly input?: string; readonly env?: Readonly<Record<string, string>> };

/** A running command line. */
export type CliRun = ReturnType<typeof startCli>;

/** Starts the command line as a process of its own; a failing exit code is a result. */
export function startCli(args: readonly string[], options: CliOptions = {}) {
  const { input = '', env = {} } = options;
  return execa(process.execPath, [cliFile, ...args], { reject: false, input, env });
}

/** Resolves when the process has written `text` to standard error. */
export function whenSaid(run: CliRun, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    run.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    run.stderr.on('end', () => reject(new Error(`ended without saying "${text}": ${said}`)));
  });
}
