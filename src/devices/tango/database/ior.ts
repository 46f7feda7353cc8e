import { CdrError } from '../cdr/cdr-error.ts';
import { CdrReader } from '../cdr/cdr-reader.ts';
import type { Endpoint } from '../giop/giop-connection.ts';

/** Where an object is: the addresses it can be reached at, and its name there. */
export interface ObjectAddress {
  readonly endpoints: readonly Endpoint[];
  readonly objectKey: Uint8Array;
}

const iiopProfile = 0;
const alternateAddress = 3;
const maxEndpoints = 32;

const readAlternates = (reader: CdrReader): Endpoint[] => {
  const endpoints: Endpoint[] = [];
  const count = reader.sequenceLength(8);
  for (let index = 0; index < count; index += 1) {
    const tag = reader.ulong();
    const octets = reader.octets();
    if (tag !== alternateAddress) continue;
    const address = new CdrReader(octets, octets[0] !== 0, 1);
    endpoints.push({ host: address.string(), port: address.ushort() });
  }
  return endpoints;
};

const readProfile = (octets: Buffer): ObjectAddress => {
  const profile = new CdrReader(octets, octets[0] !== 0, 1);
  const major = profile.octet();
  const minor = profile.octet();
  if (major !== 1) throw new CdrError(`an address of IIOP ${major}.${minor}`);
  const endpoint = { host: profile.string(), port: profile.ushort() };
  const objectKey = new Uint8Array(profile.octets());
  const alternates = minor > 0 && profile.remaining >= 4 ? readAlternates(profile) : [];
  return { endpoints: [endpoint, ...alternates], objectKey };
};

/**
 * Reads an object's reference: the addresses of its profiles that name the object alike.
 *
 * @throws {@link CdrError} when it is none, or names nothing that is reached by TCP
 */
export const readIor = (reader: CdrReader): ObjectAddress => {
  reader.string();
  const count = reader.sequenceLength(8);
  const found: ObjectAddress[] = [];
  for (let index = 0; index < count; index += 1) {
    const tag = reader.ulong();
    const octets = reader.octets();
    if (tag === iiopProfile) found.push(readProfile(octets));
  }
  const [first] = found;
  if (!first) throw new CdrError('an object reference has no address of IIOP');
  const alike = found.filter(({ objectKey }) => Buffer.compare(objectKey, first.objectKey) === 0);
  return {
    endpoints: alike.flatMap(({ endpoints }) => endpoints).slice(0, maxEndpoints),
    objectKey: first.objectKey,
  };
};

/**
 * Reads an object's reference as text, `IOR:` and hexadecimal digits.
 *
 * @throws {@link CdrError} when it is none
 */
export const parseIor = (text: string): ObjectAddress => {
  const hex = /^IOR:((?:[0-9a-f]{2})+)$/i.exec(text.trim())?.[1];
  if (hex === undefined) throw new CdrError('an object reference does not begin with IOR:');
  const bytes = Buffer.from(hex, 'hex');
  return readIor(new CdrReader(bytes, bytes[0] !== 0, 1));
};

/** The place of an object that is known by its name alone, as `corbaloc:` has it. */
export const namedObject = (endpoint: Endpoint, name: string): ObjectAddress => ({
  endpoints: [endpoint],
  objectKey: Buffer.from(name, 'latin1'),
});
