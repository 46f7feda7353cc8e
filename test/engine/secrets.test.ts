import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { redactStored, Secrets } from '../../src/engine/secrets.ts';
import { definePlugin } from '../../src/wire/plugin.ts';
import type { DefinedPlugin } from '../../src/wire/plugin.ts';
import { secret } from '../../src/wire/secret-fields.ts';

const word = 'correct-horse-battery-staple';
const secretKey = 'a key of at least 16 characters';
const keyed = new Secrets(secretKey);
const keyless = new Secrets(null);

const taking = (input: z.ZodType, name = 'test.login'): DefinedPlugin =>
  definePlugin({ name, input, process: () => null });

const login = taking(
  z.object({ user: z.string(), keys: z.array(secret(z.string())), pin: secret(z.number()) }),
);
const input = { user: 'a', keys: [word, word], pin: 4711 };

interface SealedLogin {
  readonly keys: readonly { readonly $secret: string }[];
}

const refused = { code: 'SECRET_LOST', taskId: 7 };

describe('Secrets', () => {
  it('stores secrets encrypted, each in its place, and gives them back', () => {
    const stored = keyed.seal(login, input);
    expect(stored).toEqual({
      user: 'a',
      keys: [{ $secret: expect.any(String) }, { $secret: expect.any(String) }],
      pin: { $secret: expect.any(String) },
    });
    expect(JSON.stringify(stored)).not.toMatch(/horse|4711/);
    expect(keyed.unseal(login, stored, 7)).toEqual(input);
    expect(new Secrets(secretKey).unseal(login, stored, 7)).toEqual(input);
  });

  it('stores the same secret as another text each time', () => {
    const texts = (keyed.seal(login, input) as SealedLogin).keys.map(({ $secret }) => $secret);
    expect(new Set(texts).size).toBe(2);
  });

  it('stores nothing of a secret without a key', () => {
    const stored = keyless.seal(login, input);
    expect(stored).toEqual({
      user: 'a',
      keys: [{ $secret: null }, { $secret: null }],
      pin: { $secret: null },
    });
    expect(() => keyless.unseal(login, stored, 7)).toThrow(expect.objectContaining(refused));
    expect(() => keyed.unseal(login, stored, 7)).toThrow(expect.objectContaining(refused));
  });

  it('says that secrets are lost when the key is gone, or another one', () => {
    const stored = keyed.seal(login, input);
    for (const other of [keyless, new Secrets('another key, as long as it must be')]) {
      expect(() => other.unseal(login, stored, 7)).toThrow(expect.objectContaining(refused));
    }
  });

  it('says that secrets are lost when one bit of them is wrong', () => {
    const { keys } = keyed.seal(login, input) as SealedLogin;
    const bytes = Buffer.from(keys[0]?.$secret ?? '', 'base64');
    for (let index = 0; index < bytes.length; index += 1) {
      const wrong = Buffer.from(bytes);
      wrong[index] = (bytes[index] ?? 0) ^ 1;
      const stored = { ...input, keys: [{ $secret: wrong.toString('base64') }], pin: 1 };
      expect(() => keyed.unseal(login, stored, 7)).toThrow(expect.objectContaining(refused));
    }
    for (const $secret of ['', 'AQ==', 'no Base64 at all']) {
      const stored = { ...input, keys: [{ $secret }] };
      expect(() => keyed.unseal(login, stored, 7)).toThrow(expect.objectContaining(refused));
    }
  });

  it('does not read a secret in another field, or for another plugin', () => {
    const { keys, ...rest } = keyed.seal(login, input) as SealedLogin;
    const moved = { ...rest, keys: keys.toReversed() };
    expect(() => keyed.unseal(login, moved, 7)).toThrow(expect.objectContaining(refused));
    const other = taking(login.input, 'test.other');
    expect(() => keyed.unseal(other, { ...rest, keys }, 7)).toThrow(
      expect.objectContaining(refused),
    );
    const sameName = taking(login.input, 'TEST.Login');
    expect(keyed.unseal(sameName, { ...rest, keys }, 7)).toEqual(input);
  });

  it('takes an input that is secret as a whole, and values of any kind', () => {
    for (const value of ['x', 0, false, null, ['x'], { a: { b: [1] } }]) {
      const whole = taking(secret(z.unknown()));
      const stored = keyed.seal(whole, value);
      expect(stored).toEqual({ $secret: expect.any(String) });
      expect(keyed.unseal(whole, stored, 7)).toEqual(value);
    }
  });

  it('stores what looks like a stored secret so that it comes back', () => {
    const loose = taking(z.looseObject({ key: secret(z.unknown()) }));
    for (const more of [{ $secret: null }, { $secret: 'x' }, { a: [{ $secret: 'x' }] }]) {
      for (const given of [
        { key: word, more },
        { key: more, more },
        { key: [more], more },
      ]) {
        expect(keyed.unseal(loose, keyed.seal(loose, given), 7)).toEqual(given);
      }
    }
    const plain = taking(z.unknown());
    const given = { $secret: 'of the user’s own' };
    expect(keyed.seal(plain, given)).toBe(given);
    expect(keyed.unseal(plain, given, 7)).toEqual(given);
  });

  it('leaves an input without secrets as it is', () => {
    const plain = taking(z.object({ a: z.number() }));
    const given = { a: 1 };
    expect(keyed.seal(plain, given)).toBe(given);
    expect(keyed.redact(plain, given)).toBe(given);
    expect(keyed.scrubOf(plain, given)).toBeNull();
  });

  it('shows a word in the place of secrets, given or stored', () => {
    const seen = { user: 'a', keys: ['[secret]', '[secret]'], pin: '[secret]' };
    expect(keyed.redact(login, input)).toEqual(seen);
    for (const secrets of [keyed, keyless]) {
      expect(redactStored(secrets.seal(login, input))).toEqual(seen);
    }
  });

  it('knows whether a stored input is the one that is given', () => {
    const stored = keyed.seal(login, input);
    expect(keyed.isSame(login, stored, input)).toBe(true);
    expect(keyed.isSame(login, stored, { ...input, pin: 4712 })).toBe(false);
    const lost = keyless.seal(login, input);
    expect(keyless.isSame(login, lost, input)).toBe(true);
    expect(keyless.isSame(login, lost, { ...input, user: 'b' })).toBe(false);
    expect(keyless.isSame(login, lost, { ...input, keys: [word] })).toBe(false);
  });
});
