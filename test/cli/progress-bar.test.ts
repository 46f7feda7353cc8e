import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { casesDirectory, cliFile } from '../support/run-cli.ts';

const quoted = (text: string): string => `'${text}'`;

/** Runs the command line on a terminal of its own, which util-linux's `script` provides. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const command = [process.execPath, cliFile, ...args].map(quoted).join(' ');
  const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
    env: { TERM: 'xterm', COLUMNS: '120' },
  });
  return stdout;
}

describe('runstate run on a terminal', () => {
  it('draws a bar that moves, and takes it away at the end', async () => {
    const args = ['run', 'cases.progresses', '{"steps":2}', '--plugins', casesDirectory];
    const shown = await onTerminal(args);
    expect(shown).toContain('50 % step 1');
    expect(shown).toContain('100 % step 2');
    expect(shown).toContain('cases.progresses: completed');
  });

  it('draws none where there is no terminal', async () => {
    const args = ['run', 'cases.progresses', '{"steps":2}', '--plugins', casesDirectory];
    const { stderr } = await execa(process.execPath, [cliFile, ...args]);
    expect(stderr).not.toContain('%');
  });
});
