import { describe, expect, it } from 'vitest';
import { monitor, simulatedDevice, StreamingTask } from '../../src/index.ts';
import type { MonitorReading } from '../../src/index.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';

describe('monitor', () => {
  it('is a streaming task that reads at once and then in its rhythm', async () => {
    const clock = simulatedClock({ now: 10_000 });
    const device = simulatedDevice({ name: 'cryostat', attributes: { temperature: 4 } }, { clock });
    const readings: MonitorReading[] = [];
    const task = new StreamingTask<MonitorReading>('cryostat', {
      generate: monitor(device, ['temperature', 'nothing'], { periodMs: 500, clock }),
      handle: (reading) => readings.push(reading),
      clock,
    });
    task.start();
    await clock.advance(0);
    device.simulation.set('temperature', 5);
    await clock.advance(1_000);
    expect(readings.map(({ at }) => at)).toEqual([10_000, 10_500, 11_000]);
    expect(readings.map(({ values }) => values['temperature']?.value)).toEqual([4, 5, 5]);
    expect(readings[0]).toMatchObject({
      device: 'cryostat',
      errors: { nothing: { code: 'DEV_FAILED' } },
    });
    await task.stop();
    await device.close();
    expect(clock.pending).toBe(0);
  });

  it('goes on through a device that is away', async () => {
    const clock = simulatedClock();
    const device = simulatedDevice({ name: 'rig', attributes: { counts: 1 } }, { clock });
    const controller = new AbortController();
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const { values } of monitor(device, ['counts'], { periodMs: 100, clock })(
        controller.signal,
      )) {
        kinds.push('counts' in values ? 'value' : 'error');
        device.simulation.faults.goAway(kinds.length < 2);
      }
    })();
    for (let step = 0; step < 4; step += 1) await clock.advance(100);
    controller.abort();
    await reading;
    expect(kinds.slice(0, 3)).toEqual(['value', 'error', 'value']);
    await device.close();
  });

  it('refuses a period that is none', () => {
    const device = simulatedDevice({ name: 'rig' });
    expect(() => monitor(device, [], { periodMs: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });
});
