import { z } from 'zod';

/*
 * The request that configures a pulsar-timing beam of the SKA, as versions 2.3 and later of
 * `ska-csp-configure` have it. The names of the fields are the interface's. Units follow the data that
 * a beam writes: hertz, seconds, degrees and metres; ranges refuse what no receiver can do, and leave
 * the limits of a telescope to it.
 */

const text = z.string().min(1);
const count = z.int().positive();
const hertz = z.number().positive();
const seconds = z.number().positive();
const degrees = z.number().min(-360).max(360);

/** Degrees with a fraction, or sexagesimal: hours of a right ascension, degrees of a declination. */
const angle = z
  .string()
  .regex(
    /^[+-]?\d{1,3}(?::[0-5]?\d(?::[0-5]?\d(?:\.\d+)?)?|\.\d+)?$/,
    'expected degrees such as "21.884", or sexagesimal such as "19:21:44.815"',
  );

const oversamplingRatio = z
  .tuple([count, count])
  .refine(
    ([more, less]) => more >= less,
    'expected [numerator, denominator], of at least 1 in all',
  );

const channelizationStage = z.object({
  num_filter_taps: count,
  filter_coefficients: z.array(z.number()),
  num_frequency_channels: count,
  oversampling_ratio: oversamplingRatio,
});

const frequencyMask = z
  .tuple([z.number().nonnegative(), z.number().nonnegative()])
  .refine(([low, high]) => low <= high, 'expected [lowest, highest] frequency');

const scanFields = z.object({
  /** When the configuration takes effect, in ISO 8601. */
  activation_time: z.iso.datetime({ offset: true, local: true }),
  bits_per_sample: count.max(64),
  num_of_polarizations: z.union([z.literal(1), z.literal(2)]),
  /** Time samples of a packet. */
  udp_nsamp: count,
  /** Time samples that share one weight. */
  wt_nsamp: count,
  /** Frequency channels of a packet. */
  udp_nchan: count,
  num_frequency_channels: count,
  centre_frequency: hertz,
  total_bandwidth: hertz,
  observation_mode: z.enum([
    'PULSAR_TIMING',
    'DYNAMIC_SPECTRUM',
    'FLOW_THROUGH',
    'VOLTAGE_RECORDER',
  ]),
  observer_id: text,
  project_id: text,
  pointing_id: text,
  source: text,
  /** Where the delays are reckoned from: X, Y, Z in metres. */
  itrf: z.tuple([z.number(), z.number(), z.number()]),
  receiver_id: text,
  feed_polarization: z.enum(['LIN', 'CIRC']),
  feed_handedness: z.union([z.literal(1), z.literal(-1)]),
  feed_angle: degrees,
  /** Feed angle, celestial, source or transit position angle. */
  feed_tracking_mode: z.enum(['FA', 'CPA', 'SPA', 'TPA']),
  feed_position_angle: degrees,
  oversampling_ratio: oversamplingRatio,
  coordinates: z.object({
    /** Of the coordinates, in years. */
    equinox: z.number().default(2000),
    ra: angle,
    dec: angle,
  }),
  max_scan_length: seconds,
  subint_duration: seconds,
  receptors: z.array(text).min(1),
  receptor_weights: z.array(z.number().min(0).max(1)),
  num_rfi_frequency_masks: z.int().nonnegative().optional(),
  rfi_frequency_masks: z.array(frequencyMask).optional(),
  destination_address: z
    .tuple([z.union([z.ipv4(), z.ipv6()]), z.int().min(1).max(65_535)])
    .optional(),
  test_vector_id: text.optional(),
  num_channelization_stages: z.int().nonnegative(),
  channelization_stages: z.array(channelizationStage),
});

/**
 * The section `scan` of a pulsar-timing beam: what it records, from where, and where that goes.
 *
 * For requests of your own that hold such a section elsewhere.
 */
export const pstScanSchema = scanFields.superRefine((scan, context) => {
  const { receptors, receptor_weights: weights } = scan;
  const disagree = (path: string, message: string, input: unknown): void =>
    context.addIssue({ code: 'custom', path: [path], message, input });
  if (weights.length !== receptors.length) {
    disagree('receptor_weights', `expected one for each of ${receptors.length} receptors`, weights);
  }
  const counted = [
    ['num_rfi_frequency_masks', scan.num_rfi_frequency_masks, scan.rfi_frequency_masks],
    ['num_channelization_stages', scan.num_channelization_stages, scan.channelization_stages],
  ] as const;
  for (const [name, number, list] of counted) {
    if (number === undefined || number === (list?.length ?? 0)) continue;
    const listName = name.replace('num_', '');
    disagree(name, `expected ${list?.length ?? 0}, as many as \`${listName}\` has`, number);
  }
});

/**
 * The section `common`. `eb_id` and its like name folders of the data, so they hold nothing that
 * means something in a path.
 */
export const cspCommonSchema = z.object({
  config_id: text,
  frequency_band: z.enum(['1', '2', '3', '4', '5a', '5b', 'low']).optional(),
  subarray_id: z.int().min(1).max(16).optional(),
  eb_id: z
    .string({ error: "expected 'eb_id' to be set in common section of request" })
    .min(1, "expected 'eb_id' to be set in common section of request")
    .regex(/^(?:$|[\w-][\w.-]*$)/, 'expected letters, digits, "-", "_" and "."'),
});

const otherSection = z.looseObject({}).optional();

/** The request as a whole; sections of other subsystems are let through as they are. */
export const pstRequestSchema = z.object({
  interface: text.optional(),
  transaction_id: text.optional(),
  common: cspCommonSchema,
  pst: z.object({ scan: pstScanSchema }),
  subarray: otherSection,
  cbf: otherSection,
  lowcbf: otherSection,
  midcbf: otherSection,
  pss: otherSection,
  vlbi: otherSection,
});
