import type { CliProcess, Terminal } from './terminal.ts';

/** What every command works with. */
export interface Cli {
  readonly process: CliProcess;
  readonly terminal: Terminal;
}

/** Declares commands; what a command gives becomes the exit code. */
export interface Commands extends Cli {
  exitCode: number;
}
