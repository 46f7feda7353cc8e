import { string, struct, ulong } from '../cdr/codec.ts';
import type { CdrReader } from '../cdr/cdr-reader.ts';
import { enumeration } from '../cdr/codec.ts';

/** Whether the object had done the work when it failed. */
export type CompletionStatus = 'COMPLETED_YES' | 'COMPLETED_NO' | 'COMPLETED_MAYBE';

const body = struct({
  id: string,
  minor: ulong,
  completed: enumeration(['COMPLETED_YES', 'COMPLETED_NO', 'COMPLETED_MAYBE']),
});

/** An exception of CORBA itself, such as `OBJECT_NOT_EXIST` or `TRANSIENT`. */
export class SystemException extends Error {
  override readonly name = 'SystemException';
  /** The exception's own name, such as `OBJECT_NOT_EXIST`. */
  readonly kind: string;
  readonly minor: number;
  readonly completed: CompletionStatus;

  constructor(kind: string, minor: number, completed: CompletionStatus) {
    super(`CORBA.${kind} (minor 0x${minor.toString(16)}, ${completed})`);
    this.kind = kind;
    this.minor = minor;
    this.completed = completed;
  }
}

/** Reads the body of a reply that tells of an exception of CORBA. */
export const readSystemException = (reader: CdrReader): SystemException => {
  const { id, minor, completed } = body.read(reader);
  const kind = /^IDL:omg\.org\/CORBA\/(.+):\d+\.\d+$/.exec(id)?.[1] ?? id;
  return new SystemException(kind, minor, completed);
};
