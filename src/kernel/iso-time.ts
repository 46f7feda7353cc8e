const two = (value: number): string => String(value).padStart(2, '0');

/** How far local time is ahead of UTC at a moment, in minutes. */
const localOffset = (at: number): number => -new Date(at).getTimezoneOffset();

/**
 * A moment as people at the place read it, with its distance from UTC: `2026-05-04T13:37:00+05:30`.
 *
 * @param at milliseconds since the epoch
 * @param offsetMinutes how far the place's time is ahead of UTC; this computer's own without it
 */
export function isoTime(at: number, offsetMinutes: number = localOffset(at)): string {
  const shifted = new Date(at + offsetMinutes * 60_000).toISOString().slice(0, 19);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const ahead = Math.abs(offsetMinutes);
  return `${shifted}${sign}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}
