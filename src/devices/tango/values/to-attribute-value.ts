import type { AttributeQuality, AttributeValue } from '../../../kernel/device-proxy.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import type { AttributeValue4, AttributeValue5, AttrValUnion } from '../idl/attribute-value.ts';
import type { AttrDataFormat, AttrQuality, TimeVal } from '../idl/basics.ts';
import { toDevFailed } from './to-dev-failed.ts';

const qualities: Readonly<Record<AttrQuality, AttributeQuality>> = {
  ATTR_VALID: 'valid',
  ATTR_INVALID: 'invalid',
  ATTR_ALARM: 'alarm',
  ATTR_CHANGING: 'changing',
  ATTR_WARNING: 'warning',
};

/** A time of TANGO in milliseconds since the epoch, with its fraction. */
export const toMilliseconds = ({ tv_sec, tv_usec, tv_nsec }: TimeVal): number =>
  tv_sec * 1_000 + tv_usec / 1_000 + tv_nsec / 1_000_000;

interface Dimensions {
  readonly dim_x: number;
  readonly dim_y: number;
}

/** How many elements a part has: an image has rows, what is not an image has none. */
const count = ({ dim_x, dim_y }: Dimensions): number => dim_x * Math.max(1, dim_y);

const shapeOf = (format: AttrDataFormat, { dim_x, dim_y }: Dimensions): readonly number[] => {
  if (format === 'SPECTRUM') return [dim_x];
  return format === 'IMAGE' ? [dim_x, dim_y] : [];
};

const elementsOf = (union: AttrValUnion): readonly unknown[] => {
  if (union.type === 'ATT_NO_DATA') return [];
  if (union.type !== 'ATT_ENCODED') {
    return union.type === 'DEVICE_STATE' ? [union.value] : union.value;
  }
  return union.value.map(({ encoded_format: format, encoded_data: data }) => ({ format, data }));
};

/** One part of the elements, as a scalar, a list or a list of rows. */
const shaped = (
  format: AttrDataFormat,
  elements: readonly unknown[],
  { dim_x, dim_y }: Dimensions,
): unknown => {
  if (format === 'SPECTRUM') return elements;
  if (format !== 'IMAGE') return elements[0] ?? null;
  if (dim_x === 0) return [];
  return Array.from({ length: dim_y }, (_, row) => elements.slice(row * dim_x, (row + 1) * dim_x));
};

/**
 * A value as a device gave it, in a reply or in an event. What was read and what was written come in
 * one list and are told apart by their dimensions.
 *
 * A value of an enumeration stays a number; the attribute's labels are in its information.
 *
 * @throws {@link DevFailed} when the device gave its exception in place of a value
 * @throws {@link CdrError} when the dimensions do not agree with the elements
 */
export const toAttributeValue = (raw: AttributeValue4 | AttributeValue5): AttributeValue => {
  if (raw.err_list.length > 0) throw toDevFailed(raw.err_list);
  const { data_format: format, r_dim, w_dim, name: attribute } = raw;
  const elements = elementsOf(raw.value);
  const at = toMilliseconds(raw.time);
  const quality = qualities[raw.quality];
  if (raw.quality === 'ATTR_INVALID' || raw.value.type === 'ATT_NO_DATA') {
    const isEmptyList = quality !== 'invalid' && format !== 'SCALAR';
    const shape = shapeOf(format, { dim_x: 0, dim_y: 0 });
    return { attribute, value: isEmptyList ? [] : null, quality, at, shape };
  }
  if (raw.value.type === 'DEVICE_STATE') {
    return { attribute, value: raw.value.value, quality, at, shape: [] };
  }
  const read = count(r_dim);
  const written = count(w_dim);
  // Of an attribute that can only be written there is one list for both parts.
  const isShared = read === written && elements.length === read;
  const isPossible = [r_dim.dim_x, r_dim.dim_y, w_dim.dim_x, w_dim.dim_y].every((dim) => dim >= 0);
  if (!isPossible || (!isShared && read + written > elements.length)) {
    throw new CdrError(
      `attribute ${attribute} has ${elements.length} elements, and ${read} read and ${written} written ones are announced`,
    );
  }
  return {
    attribute,
    value: shaped(format, elements.slice(0, read), r_dim),
    quality,
    at,
    shape: shapeOf(format, r_dim),
    ...(written > 0 && {
      written: shaped(format, isShared ? elements : elements.slice(read, read + written), w_dim),
    }),
  };
};
