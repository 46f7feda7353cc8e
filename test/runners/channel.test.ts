import { describe, expect, it } from 'vitest';
import { isFromPlace } from '../../src/runners/channel.ts';
import type { FromPlace } from '../../src/runners/channel.ts';

const reports: readonly FromPlace[] = [
  { type: 'settled', phase: 'process', outcome: { ok: true, value: 1 } },
  { type: 'progress', percent: 5 },
  { type: 'log', level: 'warn', message: 'm', fields: { a: 1 } },
  { type: 'summary', value: null },
  { type: 'payload', value: undefined },
  { type: 'parked' },
  { type: 'request', id: 1, call: 'waitFor', value: 3 },
  { type: 'crashed', error: { kind: 'value', value: 1 } },
];

describe('isFromPlace', () => {
  it.each(reports)('takes a report of type $type', (report) => {
    expect(isFromPlace(report)).toBe(true);
  });

  it.each([
    [null],
    ['settled'],
    [{}],
    [{ type: 'toString' }],
    [{ type: 'begin' }],
    [{ type: 'settled', phase: 'lunch', outcome: { ok: true } }],
    [{ type: 'settled', phase: 'process', outcome: null }],
    [{ type: 'settled', phase: 'process', outcome: {} }],
    [{ type: 'progress', percent: '5' }],
    [{ type: 'log', level: 'loud', message: 'm' }],
    [{ type: 'log', level: 'info', message: 5 }],
    [{ type: 'log', level: 'info', message: 'm', fields: 5 }],
    [{ type: 'request', id: 1, call: 'exit' }],
    [{ type: 'request', call: 'waitFor' }],
    [{ type: 'crashed' }],
  ])('refuses %j', (value) => {
    expect(isFromPlace(value)).toBe(false);
  });
});
