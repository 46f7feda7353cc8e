import { describe, expect, it } from 'vitest';
import { Countdown } from '../../src/engine/countdown.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';

function counting(limitMs: number) {
  const clock = simulatedClock();
  const elapsed: number[] = [];
  const countdown = new Countdown(clock, limitMs, () => elapsed.push(clock.now()));
  return { clock, elapsed, countdown };
}

describe('Countdown', () => {
  it('elapses once, at its limit', async () => {
    const { clock, elapsed } = counting(100);
    await clock.advance(1_000);
    expect([elapsed, clock.pending]).toEqual([[100], 0]);
  });

  it('stands still while paused, however often it is', async () => {
    const { clock, elapsed, countdown } = counting(100);
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(20);
      countdown.pause();
      countdown.pause();
      await clock.advance(500);
      countdown.resume();
      countdown.resume();
    }
    await clock.advance(40);
    expect([elapsed, clock.pending]).toEqual([[1_600], 0]);
  });

  it('begins its whole limit again', async () => {
    const { clock, elapsed, countdown } = counting(100);
    await clock.advance(90);
    countdown.restart();
    await clock.advance(99);
    expect(elapsed).toEqual([]);
    await clock.advance(1);
    expect(elapsed).toEqual([190]);
  });

  it.each(['cancelled', 'paused, then cancelled', 'elapsed'])('is over when %s', async (how) => {
    const { clock, elapsed, countdown } = counting(100);
    if (how === 'elapsed') await clock.advance(100);
    if (how.startsWith('paused')) countdown.pause();
    if (how !== 'elapsed') countdown.cancel();
    const before = [...elapsed];
    countdown.pause();
    countdown.resume();
    countdown.restart();
    await clock.advance(1_000);
    expect([elapsed, clock.pending]).toEqual([before, 0]);
  });

  it('is not begun again while paused', async () => {
    const { clock, elapsed, countdown } = counting(100);
    await clock.advance(60);
    countdown.pause();
    countdown.restart();
    countdown.resume();
    await clock.advance(40);
    expect(elapsed).toEqual([100]);
  });
});
