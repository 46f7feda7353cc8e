import { doubleList, longList, stringList } from '../cdr/codec.ts';
import type { Codec } from '../cdr/codec.ts';

/** Numbers and texts: TANGO's structs of two lists, which callers see as a list of both. */
export type NumbersAndTexts = readonly [readonly number[], readonly string[]];

const pair = (numbers: Codec<readonly number[]>): Codec<NumbersAndTexts> => ({
  minSize: 8,
  read: (reader) => [numbers.read(reader), stringList.read(reader)],
  write: (writer, [first, second]) => {
    numbers.write(writer, first);
    stringList.write(writer, second);
  },
});

/** DevVarLongStringArray. */
export const longStringArray = pair(longList);
/** DevVarDoubleStringArray. */
export const doubleStringArray = pair(doubleList);
