import { describe, expect, it } from 'vitest';
import type { Scrub } from '../../src/wire/scrub.ts';
import { scrubOf } from '../../src/wire/scrub.ts';

const scrubbing = (...secrets: readonly unknown[]): Scrub => {
  const scrub = scrubOf(secrets);
  return scrub ?? expect.fail('nothing to take out');
};

describe('scrubOf', () => {
  it.each([
    ['a text', ['hunter2'], 'login with hunter2, hunter2!', 'login with [secret], [secret]!'],
    ['a text of any characters', ['a.b*c$'], 'a.b*c$ and aXbYc', '[secret] and aXbYc'],
    ['what holds another first', ['abcd', 'abcdef'], 'abcdef abcd', '[secret] [secret]'],
    ['a number', [1234], 'pin 1234, at 51234 and 1234.5', 'pin [secret], at 51234 and 1234.5'],
    ['digits', ['1234'], 'pin 1234 after 12345 ms', 'pin [secret] after 12345 ms'],
    [
      'parts of an object',
      [{ user: 'alice', keys: ['k-e-y'] }],
      'alice/k-e-y',
      '[secret]/[secret]',
    ],
    ['a text as JSON writes it', ['say "hi"\n'], '{"a":"say \\"hi\\"\\n"}', '{"a":"[secret]"}'],
    [
      'the lines of a text',
      ['-----BEGIN KEY-----\nMIIEvQIBADAN\nshort'],
      'MIIEvQIBADAN\nshort',
      '[secret]\nshort',
    ],
  ])('takes %s out of a text', (_, secrets, text, rest) => {
    expect(scrubbing(...secrets).text(text)).toBe(rest);
  });

  it('has nothing to take out of what is too short, or no text', () => {
    expect(scrubOf([])).toBeNull();
    expect(scrubOf(['abc', 12, true, null, undefined, {}])).toBeNull();
  });
});

describe('Scrub.value', () => {
  const scrub = scrubbing('hunter2', 4711);

  it('looks into data, keys too, and copies them', () => {
    const given = { a: ['hunter2', 1], 'as hunter2': { pin: 4711, n: 471, on: true, no: null } };
    expect(scrub.value(given)).toEqual({
      a: ['[secret]', 1],
      'as [secret]': { pin: '[secret]', n: 471, on: true, no: null },
    });
    expect(given.a[0]).toBe('hunter2');
  });

  it('looks into errors, maps, sets and instances', () => {
    class Login {
      readonly password = 'hunter2';
    }
    const error = Object.assign(new Error('no hunter2', { cause: 'hunter2' }), { url: '?hunter2' });
    const told = JSON.stringify(
      scrub.value([error, new Map([['hunter2', 'hunter2']]), new Set(['hunter2']), new Login()]),
    );
    expect(told).not.toContain('hunter2');
    expect(told).toContain('no [secret]');
  });

  it('keeps dates and bytes', () => {
    const given = [new Date(0), Uint8Array.of(1)];
    expect(scrub.value(given)).toEqual(given);
  });

  it('comes to an end on what contains itself', () => {
    const given: Record<string, unknown> = { word: 'hunter2', list: [] };
    given['self'] = given;
    const copy = scrub.value(given) as typeof given;
    expect(copy['word']).toBe('[secret]');
    expect(copy['self']).toBe(copy);
  });

  it('says so of what cannot be read', () => {
    const hostile = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new Error('hunter2');
      },
    });
    expect(scrub.value(hostile)).toBe('something that cannot be read');
  });
});
