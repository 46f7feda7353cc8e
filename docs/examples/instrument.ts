/**
 * A spectrometer of simulated devices: the console that measures, the probe that holds the sample at
 * its temperature, and the door of the room. Serve it with
 * `npx runstate device serve docs/examples/instrument.ts`.
 */
import { copyFile } from 'node:fs/promises';
import type { SimulatedDefinition, SimulatedJob } from 'runstate';

/** Decays as real spectrometers recorded them. */
const recordings = new URL('../../plugins/nmr/data/', import.meta.url);

const scanMs = 20;

const ordersOf = ({ args }: SimulatedJob): unknown => JSON.parse(String(args));

/** What the console is told to measure, and where it delivers the decay. */
export interface AcquireOrders {
  readonly recording: string;
  readonly scans: number;
  readonly deliver: string;
}

export const spectrometer: SimulatedDefinition = {
  name: 'console',
  class: 'Spectrometer',
  attributes: {
    scans: { value: 0, description: 'scans taken since it was switched on' },
    acquisitions: { value: 0, description: 'acquisitions begun since it was switched on' },
  },
  commands: {
    Pause: (_, device) => device.job('Acquire')?.pause(),
    Resume: (_, device) => device.job('Acquire')?.resume(),
    StopAcquisition: (_, device) => device.job('Acquire')?.stop('the acquisition was stopped'),
  },
  longRunning: {
    LockAndShim: async (job) => {
      for (const percent of [25, 50, 75, 100]) {
        await job.delay(120);
        job.progress(percent);
      }
      return [0, 'locked on deuterium'];
    },
    Acquire: async (job, device) => {
      const { recording, scans, deliver } = ordersOf(job) as AcquireOrders;
      device.set('acquisitions', Number(device.get('acquisitions')) + 1);
      for (let scan = 1; scan <= scans; scan += 1) {
        await job.delay(scanMs);
        device.set('scans', Number(device.get('scans')) + 1);
        job.progress((scan / scans) * 100);
      }
      await copyFile(new URL(recording, recordings), deliver);
      return [0, `${scans} scans in ${deliver}`];
    },
  },
};

export const probe: SimulatedDefinition = {
  name: 'probe',
  class: 'TemperatureControl',
  attributes: { temperature: { value: 293.15, unit: 'K' } },
  longRunning: {
    SetTemperature: async (job, device) => {
      const { kelvin } = ordersOf(job) as { readonly kelvin: number };
      const from = Number(device.get('temperature'));
      for (let step = 1; step <= 10; step += 1) {
        await job.delay(40);
        device.set('temperature', from + ((kelvin - from) * step) / 10);
        job.progress(step * 10);
      }
      return [0, `stable at ${kelvin} K`];
    },
  },
};

export const door: SimulatedDefinition = {
  name: 'door',
  attributes: { position: 'closed' },
  commands: {
    Open: (_, device) => device.set('position', 'open'),
    Close: (_, device) => device.set('position', 'closed'),
  },
};
