import { validateRequest } from '../../src/index.ts';
import type { RunstateError } from '../../src/index.ts';

/** A request that configures a pulsar-timing beam for ten minutes on the Vela pulsar. */
export const velaRequest = {
  interface: 'https://schema.skao.int/ska-csp-configure/2.4',
  common: {
    config_id: 'vela-night-07',
    frequency_band: '2',
    subarray_id: 3,
    eb_id: 'eb-t0001-20261124-00042',
  },
  pst: {
    scan: {
      activation_time: '2026-11-24T21:15:00Z',
      bits_per_sample: 16,
      num_of_polarizations: 2,
      udp_nsamp: 4,
      wt_nsamp: 4,
      udp_nchan: 185,
      num_frequency_channels: 3_700,
      centre_frequency: 1_355_000_000,
      total_bandwidth: 198_912_000,
      observation_mode: 'PULSAR_TIMING',
      observer_id: 'night-crew',
      project_id: 'glitch-watch',
      pointing_id: 'vela-1',
      source: 'J0835-4510',
      itrf: [5_109_273.5, 2_006_808.9, -3_239_130.7],
      receiver_id: 'mid-b2',
      feed_polarization: 'LIN',
      feed_handedness: -1,
      feed_angle: 45,
      feed_tracking_mode: 'CPA',
      feed_position_angle: -12.5,
      oversampling_ratio: [8, 7],
      coordinates: { ra: '08:35:20.61', dec: '-45:10:34.9' },
      max_scan_length: 600,
      subint_duration: 10,
      receptors: ['SKA001', 'SKA036', 'SKA063'],
      receptor_weights: [1, 0.5, 0.25],
      num_rfi_frequency_masks: 2,
      rfi_frequency_masks: [
        [1_268_000_000, 1_270_500_000],
        [1_380_000_000, 1_380_000_000],
      ],
      destination_address: ['10.20.30.40', 20_000],
      test_vector_id: 'ramp-1',
      num_channelization_stages: 2,
      channelization_stages: [
        {
          num_filter_taps: 4,
          filter_coefficients: [0.1, 0.4, 0.4, 0.1],
          num_frequency_channels: 10,
          oversampling_ratio: [10, 9],
        },
        {
          num_filter_taps: 1,
          filter_coefficients: [1],
          num_frequency_channels: 370,
          oversampling_ratio: [8, 7],
        },
      ],
    },
  },
};

export type Fields = Record<string, unknown>;

/** The request with another value at a path; without one that place is left out. */
export const changed = (path: string, value: unknown): Fields => {
  const request = structuredClone(velaRequest) as unknown as Fields;
  const keys = path.split('.');
  const place = keys.slice(0, -1).reduce((part, key) => part[key] as Fields, request);
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete place[last];
  else place[last] = value;
  return request;
};

/** What a request is refused with. */
export function refusalOf(request: unknown, options: Parameters<typeof validateRequest>[1] = {}) {
  try {
    validateRequest(request, options);
  } catch (error) {
    return error as RunstateError;
  }
  throw new Error('the request was not refused');
}

export const ofVersion = (version: string): Fields =>
  changed('interface', `https://schema.skao.int/ska-csp-configure/${version}`);
