import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttributeNotification, DeviceProxy } from '../../src/index.ts';
import type { SimulatedFaults, Simulation } from '../../src/index.ts';

/** A proxy of the device of {@link contractDevice}, and the device itself. */
export interface OpenedDevice {
  readonly proxy: DeviceProxy;
  readonly simulation: Simulation;
  close(): Promise<void>;
}

/** The device that every kind of proxy is tried with. */
export const contractDevice = {
  name: 'rig',
  attributes: {
    temperature: { value: 4.2, unit: 'K', writable: true },
    counts: [1, 2, 3],
    quiet: { value: 1, withoutEvents: true },
    broken: {
      value: () => {
        throw new Error('the sensor is out');
      },
    },
  },
  commands: {
    Echo: (args: unknown) => args,
    Fail: () => {
      throw new Error('no power');
    },
    Heat: (args: unknown, device: Simulation) => device.set('temperature', args),
  },
  longRunning: { Scan: () => [0, 'scanned'] },
};

/** Everything that is told, in order, until it is closed. */
export class Heard {
  readonly told: AttributeNotification[] = [];
  readonly ends: unknown[] = [];
  readonly #subscription;

  constructor(proxy: DeviceProxy, attribute: string, options = {}) {
    this.#subscription = proxy.subscribe(attribute, options).subscribe({
      next: (notification) => this.told.push(notification),
      error: (error: unknown) => this.ends.push(error),
      complete: () => this.ends.push('complete'),
    });
  }

  get values(): readonly unknown[] {
    return this.told.flatMap((each) => (each.type === 'value' ? [each.value] : []));
  }

  get kinds(): readonly string[] {
    return this.told.map((each) => (each.type === 'value' && each.isStale ? 'stale' : each.type));
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

const listenersOf = ({ simulation }: OpenedDevice): SimulatedFaults => simulation.faults;

/** What every proxy of a device must do. */
export function describeDeviceProxy(name: string, open: () => Promise<OpenedDevice>): void {
  describe(name, () => {
    let opened: OpenedDevice;
    let proxy: DeviceProxy;
    beforeEach(async () => {
      opened = await open();
      ({ proxy } = opened);
    });
    afterEach(() => opened.close());

    it('sends commands and gives their answers', async () => {
      expect(proxy.connection.phase).toBe('idle');
      expect(await proxy.command('Echo', [1, 'two', { three: null }])).toEqual([
        1,
        'two',
        { three: null },
      ]);
      expect(await proxy.command('echo', 'case is ignored')).toBe('case is ignored');
      expect(proxy.connection).toMatchObject({ phase: 'connected', error: null });
    });

    it('gives what the device refuses with', async () => {
      await expect(proxy.command('Fail')).rejects.toMatchObject({
        code: 'DEV_FAILED',
        errors: [{ reason: 'API_CommandFailed', description: 'no power' }],
      });
      await expect(proxy.command('Nothing')).rejects.toMatchObject({
        code: 'DEV_FAILED',
        reason: 'API_CommandNotFound',
      });
      await expect(proxy.read('broken')).rejects.toMatchObject({ code: 'DEV_FAILED' });
      await expect(proxy.write('counts', [1])).rejects.toMatchObject({
        reason: 'API_AttrNotWritable',
      });
    });

    it('reads and writes attributes', async () => {
      expect(await proxy.read('Temperature')).toMatchObject({
        attribute: 'temperature',
        value: 4.2,
        quality: 'valid',
        shape: [],
      });
      await proxy.write('temperature', 77);
      expect(await proxy.read('temperature')).toMatchObject({ value: 77 });
      expect(await proxy.read('counts')).toMatchObject({ value: [1, 2, 3], shape: [3] });
      expect(await proxy.state()).toBe('ON');
      expect(await proxy.status()).toContain('ON');
    });

    it('says what it is', async () => {
      const info = await proxy.info();
      expect(info.commands.map((command) => command.name)).toEqual(
        expect.arrayContaining(['Echo', 'Scan', 'Abort', 'State']),
      );
      expect(info.attributes).toContainEqual(
        expect.objectContaining({ name: 'temperature', unit: 'K', isWritable: true }),
      );
    });

    it('tells the value read first, then every event, in order', async () => {
      const heard = new Heard(proxy, 'temperature');
      await expect.poll(() => heard.values).toEqual([4.2]);
      for (let kelvin = 5; kelvin < 10; kelvin += 1) opened.simulation.set('temperature', kelvin);
      await expect.poll(() => heard.values).toEqual([4.2, 5, 6, 7, 8, 9]);
      expect(heard.told[0]).toMatchObject({ via: 'read', isStale: false });
      expect(heard.told[1]).toMatchObject({ via: 'event', quality: 'valid' });
      heard.close();
    });

    it('tells whoever comes later the last value at once', async () => {
      const first = new Heard(proxy, 'temperature');
      await expect.poll(() => first.values).toHaveLength(1);
      const second = new Heard(proxy, 'Temperature');
      expect(second.values).toEqual([4.2]);
      first.close();
      opened.simulation.set('temperature', 5);
      await expect.poll(() => second.values).toEqual([4.2, 5]);
      expect(first.values).toEqual([4.2]);
      second.close();
    });

    it('refuses a strict listener where the device sends no events', async () => {
      const heard = new Heard(proxy, 'quiet', { strict: true });
      await expect.poll(() => heard.ends).toHaveLength(1);
      expect(heard.ends[0]).toMatchObject({ code: 'SUBSCRIBE_FAILED' });
      expect(heard.told).toEqual([]);
    });

    it('tells of a refusal where events are not all, and polls where a period is given', async () => {
      const patient = new Heard(proxy, 'quiet');
      await expect.poll(() => patient.kinds).toEqual(['error']);
      patient.close();
      const polling = new Heard(proxy, 'quiet', { periodMs: 5 });
      await expect.poll(() => polling.values.length).toBeGreaterThan(2);
      expect(polling.told.at(-1)).toMatchObject({ via: 'poll', value: 1 });
      polling.close();
    });

    it('tells a strict listener the error of the first read too', async () => {
      const heard = new Heard(proxy, 'broken', { strict: true });
      await expect.poll(() => heard.kinds).toEqual(['error']);
      expect(heard.ends).toEqual([]);
      heard.close();
    });

    it('connects again, and tells the value read then; what was before is stale meanwhile', async () => {
      const heard = new Heard(proxy, 'temperature');
      await expect.poll(() => heard.values).toEqual([4.2]);
      listenersOf(opened).disconnect();
      await expect.poll(() => heard.kinds).toEqual(['value', 'stale', 'error', 'value']);
      expect(heard.told.at(-1)).toMatchObject({ via: 'read', value: 4.2 });
      opened.simulation.set('temperature', 6);
      await expect.poll(() => heard.values.at(-1)).toBe(6);
      heard.close();
    });

    it('never sends a command again, and says that its outcome is not known', async () => {
      let heats = 0;
      const heat = opened.simulation.set.bind(opened.simulation);
      opened.simulation.set = (attribute, value) => {
        heats += 1;
        heat(attribute, value);
      };
      await proxy.state();
      opened.simulation.faults.loseCall('Heat', 'after');
      await expect(proxy.command('Heat', 9)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(heats).toBe(1);
      opened.simulation.faults.loseCall('Heat', 'before');
      await expect(proxy.command('Heat', 10)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(heats).toBe(1);
      expect(await proxy.read('temperature')).toMatchObject({ value: 9 });
    });

    it('says that a device which is away cannot be reached, and that nothing was sent', async () => {
      await proxy.state();
      opened.simulation.faults.goAway();
      await expect.poll(() => proxy.connection.phase).toBe('lost');
      await expect(proxy.command('Echo', 1, { timeoutMs: 500 })).rejects.toMatchObject({
        code: 'DEVICE_UNREACHABLE',
      });
      opened.simulation.faults.goAway(false);
      expect(await proxy.command('Echo', 2)).toBe(2);
    });

    it('bounds every call', async () => {
      await proxy.state();
      opened.simulation.faults.delayReplies(60_000);
      await expect(proxy.read('temperature', { timeoutMs: 5 })).rejects.toMatchObject({
        code: 'DEVICE_TIMEOUT',
      });
      await expect(proxy.command('Echo', 1, { timeoutMs: 5 })).rejects.toMatchObject({
        code: 'OUTCOME_UNKNOWN',
      });
    });

    it('ends every stream and refuses every call when it is closed', async () => {
      const heard = new Heard(proxy, 'temperature');
      await expect.poll(() => heard.values).toHaveLength(1);
      await proxy.close();
      await proxy.close();
      expect(heard.ends).toEqual(['complete']);
      await expect(proxy.state()).rejects.toMatchObject({ code: 'DEVICE_CLOSED' });
      expect(proxy.connection.phase).toBe('closed');
    });
  });
}
