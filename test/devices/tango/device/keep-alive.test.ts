import { describe, expect, it } from 'vitest';

import { tangoDriver } from '../../../../src/devices/tango/tango-driver.ts';
import { simulatedClock } from '../../../../src/kernel/simulated-clock.ts';
import { encodeReply, fakePeer } from '../giop/fake-peer.ts';

describe('keepAlive', () => {
  it('asks a quiet device for a sign of life, and loses one that gives none', async () => {
    const clock = simulatedClock();
    let isAlive = true;
    await using peer = await fakePeer(({ id, socket }) => {
      if (isAlive) socket.write(encodeReply(id, 0));
    });
    const name = `tango://127.0.0.1:${peer.port}/a/b/c#dbase=no`;
    const link = await tangoDriver(name, { clock, keepAliveMs: 1_000 }).connect({
      timeoutMs: 10_000,
    });
    const pings = (): number => peer.requests.length;
    expect(pings()).toBe(1);
    await clock.advance(1_000);
    await expect.poll(() => link.connection.received).toBe(2);
    expect(pings()).toBe(2);
    await clock.advance(1_000);
    await clock.advance(1_000);
    await expect.poll(pings).toBe(3);
    isAlive = false;
    for (let turn = 0; link.connection.isOpen && turn < 6; turn += 1) await clock.advance(1_000);
    expect(await link.closed).toMatchObject({
      code: 'DEVICE_UNREACHABLE',
      message: expect.stringContaining('no sign of life'),
    });
    expect(clock.pending).toBe(0);
  });
});
