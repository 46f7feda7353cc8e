import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { RunstateError } from '../kernel/errors.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { scrubOf } from '../wire/scrub.ts';
import type { Scrub } from '../wire/scrub.ts';
import {
  hasSecrets,
  leadsTo,
  redact,
  replaceParts,
  secretPaths,
  secretsOf,
  secretWord,
} from '../wire/secret-fields.ts';
import type { InputPath } from '../wire/secret-fields.ts';

/*
 * How the secrets of inputs are stored: `{ "$secret": text }` in the field's place. The text is
 * Base64 of one byte for the version, a nonce of its own, AES-GCM's tag and the encrypted JSON. It can
 * be read only in the same field of an input of the same plugin. Without a key it is null: the secret
 * is not stored at all.
 */

/** A secret in its stored form. */
interface Sealed {
  readonly $secret: string | null;
}

const cipher = 'aes-256-gcm';
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/** One salt for all: a store may be carried elsewhere, and its key is not a person's password. */
const salt = 'runstate secret fields';

const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  '$secret' in value &&
  (value.$secret === null || typeof value.$secret === 'string');

/** Where a stored input holds secrets, and where a given one holds what looks like a stored one. */
function sealedPaths(value: unknown, path: InputPath = []): readonly InputPath[] {
  if (isSealed(value)) return [path];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => sealedPaths(item, [...path, at]));
  return Object.entries(value).flatMap(([key, item]) => sealedPaths(item, [...path, key]));
}

/** A stored input as people may see it, also where nobody has its plugin. */
export const redactStored = (stored: unknown): unknown =>
  replaceParts(stored, sealedPaths(stored), () => secretWord);

/** Keeps the secrets of inputs out of what is stored and shown. */
export class Secrets {
  readonly #key: Buffer | null;

  /** Takes some fifty milliseconds with a key: it may be one that people have thought of. */
  constructor(secretKey: string | null) {
    this.#key = secretKey === null ? null : scryptSync(secretKey, salt, 32);
  }

  /** An input as it is stored. */
  seal(plugin: DefinedPlugin, input: unknown): unknown {
    if (!hasSecrets(plugin.input)) return input;
    const secret = secretPaths(plugin.input, input);
    // What looks like a stored secret could not be told from one.
    const alike = sealedPaths(input).filter((path) => !secret.some((of) => leadsTo(of, path)));
    const outer = secret.filter((path) => !alike.some((of) => leadsTo(of, path)));
    return replaceParts(input, [...alike, ...outer], (value, path) => ({
      $secret: this.#encrypt(plugin, path, value),
    }));
  }

  /**
   * An input as it was given.
   *
   * @throws {@link RunstateError} `SECRET_LOST` when its secrets were stored without a key, or under
   *   another one
   */
  unseal(plugin: DefinedPlugin, stored: unknown, taskId: number): unknown {
    return replaceParts(stored, sealedPaths(stored), (sealed, path) => {
      const { $secret: text } = sealed as Sealed;
      const plain = text === null ? null : this.#decrypt(plugin, path, text);
      if (plain !== null) return JSON.parse(plain) as unknown;
      // A plugin without secrets may take anything, and has nothing to lose.
      if (!hasSecrets(plugin.input)) return sealed;
      throw new RunstateError('SECRET_LOST', [taskId], { taskId });
    });
  }

  /** An input as people may see it. */
  redact(plugin: DefinedPlugin, input: unknown): unknown {
    return redact(plugin.input, input);
  }

  /** Takes an input's secrets out of what its task tells; null when it has none. */
  scrubOf(plugin: DefinedPlugin, input: unknown): Scrub | null {
    return hasSecrets(plugin.input) ? scrubOf(secretsOf(plugin.input, input)) : null;
  }

  /** Whether a stored input is the same as one that is given; lost secrets are taken for the same. */
  isSame(plugin: DefinedPlugin, stored: unknown, input: unknown): boolean {
    try {
      return isDeepStrictEqual(this.unseal(plugin, stored, 0), input);
    } catch {
      const seen = replaceParts(input, sealedPaths(stored), () => secretWord);
      return isDeepStrictEqual(redactStored(stored), seen);
    }
  }

  #encrypt(plugin: DefinedPlugin, path: InputPath, value: unknown): string | null {
    if (this.#key === null) return null;
    const nonce = randomBytes(nonceLength);
    const sealing = createCipheriv(cipher, this.#key, nonce).setAAD(contextOf(plugin, path));
    const sealed = Buffer.concat([sealing.update(JSON.stringify(value), 'utf8'), sealing.final()]);
    const parts = [Buffer.of(version), nonce, sealing.getAuthTag(), sealed];
    return Buffer.concat(parts).toString('base64');
  }

  /** Null for what was sealed with another key, or elsewhere, or is damaged. */
  #decrypt(plugin: DefinedPlugin, path: InputPath, text: string): string | null {
    const bytes = Buffer.from(text, 'base64');
    const head = 1 + nonceLength + tagLength;
    if (this.#key === null || bytes.length < head || bytes[0] !== version) return null;
    const nonce = bytes.subarray(1, 1 + nonceLength);
    try {
      const opening = createDecipheriv(cipher, this.#key, nonce)
        .setAAD(contextOf(plugin, path))
        .setAuthTag(bytes.subarray(1 + nonceLength, head));
      return opening.update(bytes.subarray(head), undefined, 'utf8') + opening.final('utf8');
    } catch {
      return null;
    }
  }
}

/** What a sealed text belongs to. */
const contextOf = ({ name }: DefinedPlugin, path: InputPath): Buffer =>
  Buffer.from(JSON.stringify([name.toLowerCase(), ...path]));
