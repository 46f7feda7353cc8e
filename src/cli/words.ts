const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in local time, as a table shows it: `2026-05-04 13:37:00`. */
export function momentText(at: number): string {
  const time = new Date(at);
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${timeText(at)}`;
}

/** The time of a day to the millisecond: `13:37:00.250`. */
export const preciseTime = (at: number): string =>
  `${timeText(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`;

/** The time of a day: `13:37:00`. */
export function timeText(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

/** A length of time, as people say it: `350 ms`, `1.2 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A text on one line, without what would move a terminal's cursor. */
export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

/** A text that keeps its lines, and nothing else that would move a terminal's cursor. */
export const plainText = (text: string): string => text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\uFFFD');

/** A count with its noun: `1 attempt`, `3 attempts`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
