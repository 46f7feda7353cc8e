import { CdrError } from './cdr-error.ts';
import type { CdrReader, Long64 } from './cdr-reader.ts';
import type { CdrWriter } from './cdr-writer.ts';

/** How one type of the IDL is read and written. */
export interface Codec<T> {
  /** The fewest bytes a value takes; lengths of sequences are checked with it. */
  readonly minSize: number;
  read(reader: CdrReader): T;
  write(writer: CdrWriter, value: T): void;
}

/** What a codec reads. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

const codec = <T>(
  minSize: number,
  read: (reader: CdrReader) => T,
  write: (writer: CdrWriter, value: T) => void,
): Codec<T> => ({ minSize, read, write });

export const octet = codec(
  1,
  (reader) => reader.octet(),
  (writer, value: number) => writer.octet(value),
);
export const boolean = codec(
  1,
  (reader) => reader.boolean(),
  (writer, value: boolean) => writer.boolean(value),
);
export const short = codec(
  2,
  (reader) => reader.short(),
  (writer, value: number) => writer.short(value),
);
export const ushort = codec(
  2,
  (reader) => reader.ushort(),
  (writer, value: number) => writer.ushort(value),
);
export const long = codec(
  4,
  (reader) => reader.long(),
  (writer, value: number) => writer.long(value),
);
export const ulong = codec(
  4,
  (reader) => reader.ulong(),
  (writer, value: number) => writer.ulong(value),
);
export const longLong = codec<Long64>(
  8,
  (reader) => reader.longLong(),
  (writer, value) => writer.longLong(value),
);
export const ulongLong = codec<Long64>(
  8,
  (reader) => reader.ulongLong(),
  (writer, value) => writer.ulongLong(value),
);
export const float = codec(
  4,
  (reader) => reader.float(),
  (writer, value: number) => writer.float(value),
);
export const double = codec(
  8,
  (reader) => reader.double(),
  (writer, value: number) => writer.double(value),
);
export const string = codec(
  4,
  (reader) => reader.string(),
  (writer, value: string) => writer.string(value),
);
/** Octets as bytes of their own: they do not keep the message they came in. */
export const octets = codec(
  4,
  (reader): Uint8Array => new Uint8Array(reader.octets()),
  (writer, value) => writer.octets(value),
);

/** A list of any type. */
export const sequence = <T>(element: Codec<T>): Codec<readonly T[]> =>
  codec(
    4,
    (reader) => {
      const length = reader.sequenceLength(element.minSize);
      const list: T[] = [];
      for (let index = 0; index < length; index += 1) list.push(element.read(reader));
      return list;
    },
    (writer, list) => {
      writer.ulong(list.length);
      for (const value of list) element.write(writer, value);
    },
  );

const numberSequence = <T>(
  element: Codec<T>,
  get: (view: DataView, at: number, isLittleEndian: boolean) => T,
): Codec<readonly T[]> => ({
  ...sequence(element),
  read: (reader) => reader.numbers(element.minSize, get),
});

export const octetList = numberSequence(octet, (view, at) => view.getUint8(at));
export const booleanList = numberSequence(boolean, (view, at) => view.getUint8(at) !== 0);
export const shortList = numberSequence(short, (view, at, little) => view.getInt16(at, little));
export const ushortList = numberSequence(ushort, (view, at, little) => view.getUint16(at, little));
export const longList = numberSequence(long, (view, at, little) => view.getInt32(at, little));
export const ulongList = numberSequence(ulong, (view, at, little) => view.getUint32(at, little));
export const floatList = numberSequence(float, (view, at, little) => view.getFloat32(at, little));
export const doubleList = numberSequence(double, (view, at, little) => view.getFloat64(at, little));
export const longLongList: Codec<readonly Long64[]> = {
  ...sequence(longLong),
  read: (reader) => reader.longLongs(),
};
export const ulongLongList: Codec<readonly Long64[]> = {
  ...sequence(ulongLong),
  read: (reader) => reader.ulongLongs(),
};
export const stringList = sequence(string);

/** An enumeration as the words of its members, in the IDL's order. */
export const enumeration = <const Word extends string>(words: readonly Word[]): Codec<Word> =>
  codec(
    4,
    (reader) => {
      const index = reader.ulong();
      const word = words[index];
      if (word === undefined) {
        throw new CdrError(`${index} is none of the ${words.length} values of ${words.join(', ')}`);
      }
      return word;
    },
    (writer, word) => writer.ulong(words.indexOf(word)),
  );

/** A struct: its members one after another. */
export const struct = <Members extends Readonly<Record<string, Codec<unknown>>>>(
  members: Members,
): Codec<{ readonly [Name in keyof Members]: Decoded<Members[Name]> }> => {
  type Value = { readonly [Name in keyof Members]: Decoded<Members[Name]> };
  const list = Object.entries(members) as unknown as [keyof Members, Codec<unknown>][];
  return codec<Value>(
    list.reduce((size, [, member]) => size + member.minSize, 0),
    (reader) => {
      const value: Partial<Record<keyof Members, unknown>> = {};
      for (const [name, member] of list) value[name] = member.read(reader);
      return value as Value;
    },
    (writer, value) => {
      for (const [name, member] of list) member.write(writer, value[name]);
    },
  );
};

/** A union: a word, and the value that goes with it. */
export const union = <Cases extends Readonly<Record<string, Codec<unknown>>>>(
  cases: Cases,
): Codec<
  {
    [Word in keyof Cases]: { readonly type: Word; readonly value: Decoded<Cases[Word]> };
  }[keyof Cases]
> => {
  type Value = {
    [Word in keyof Cases]: { readonly type: Word; readonly value: Decoded<Cases[Word]> };
  }[keyof Cases];
  const discriminator = enumeration(Object.keys(cases));
  const codecs = cases as unknown as Readonly<Record<string, Codec<unknown>>>;
  return codec<Value>(
    4,
    (reader) => {
      const type = discriminator.read(reader);
      return { type, value: codecs[type]?.read(reader) } as Value;
    },
    (writer, { type, value }) => {
      discriminator.write(writer, type as string);
      codecs[type as string]?.write(writer, value);
    },
  );
};
