import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LongRunningCommand, simulatedDevice } from '../../../src/index.ts';
import { Heard } from '../contract.ts';

interface Served {
  readonly address: string;
  readonly child: ChildProcess;
}

const children: ChildProcess[] = [];

/** `runstate device serve`, in a process of its own. */
async function serve(port = 0): Promise<Served> {
  const file = 'test/fixtures/devices/counts-moves.mjs';
  const args = ['dist/src/cli/main.js', 'device', 'serve', file, '--port', String(port), '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { devices } = JSON.parse(line) as { devices: { address: string }[] };
  return { address: devices[0]?.address ?? '', child };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const portOf = (address: string): number => Number(/:(\d+)\//.exec(address)?.[1]);

describe('a process that serves simulated devices', () => {
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
  });

  it('that is killed in the middle of a command leaves its outcome unknown, and is reached again', async () => {
    const served = await serve();
    const stage = simulatedDevice(served.address);
    const heard = new Heard(stage, 'moves');
    await expect.poll(() => heard.values).toEqual([0]);
    const moved = stage.command('Move', null, { timeoutMs: 60_000 });
    moved.catch(() => {});
    await expect.poll(() => heard.values.at(-1)).toBe(1);
    await kill(served.child);
    await expect(moved).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await expect.poll(() => heard.kinds).toContain('stale');
    await serve(portOf(served.address));
    await expect.poll(() => heard.values.at(-1)).toBe(0);
    expect(stage.connection.phase).toBe('connected');
    heard.close();
    await stage.close();
  });

  it('that is killed under a long-running command has lost it when it returns', async () => {
    const served = await serve();
    const stage = simulatedDevice(served.address);
    const handle = new LongRunningCommand('Scan').start(stage, null, { recheckMs: 50 });
    await expect.poll(() => handle.percent).not.toBeNull();
    await kill(served.child);
    await expect.poll(() => handle.state).toBe('unreachable');
    await serve(portOf(served.address));
    expect(await handle.result()).toMatchObject({
      resultCode: 4,
      exception: { code: 'LRC_LOST' },
    });
    await stage.close();
  });

  it('answers strangers clearly, and serves the others on', async () => {
    const served = await serve();
    const stage = simulatedDevice(served.address);
    await stage.state();
    const stranger = connect(portOf(served.address), '127.0.0.1');
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    let told = '';
    stranger.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    await once(stranger, 'close');
    expect(told).toContain('no JSON');
    expect(await stage.state()).toBe('ON');
    await stage.close();
  });
});
