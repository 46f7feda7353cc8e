import { describe, expect, it } from 'vitest';
import { startCli } from '../../support/run-cli.ts';

describe('runstate device', () => {
  it('shows the device before the verb in its help', async () => {
    const { stdout, exitCode } = await startCli(['device', 'read', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('runstate device <name> read <attribute…> [options]');
  });

  it('exits with 2 for what is no address, and says what is', async () => {
    const args = ['device', 'nowhere', 'info', '--json'];
    const { stdout, stderr, exitCode } = await startCli(args, { env: { TANGO_HOST: '' } });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DEVICE_UNKNOWN' } });
    expect(stderr).toContain('tango://host:port/domain/family/member');
  });
});
