/** How far a call had come when it failed. */
export type CallFailureKind =
  /** Not carried out: nothing was sent, or the peer said that it did nothing. */
  | 'notSent'
  /** The connection was lost before an answer came. */
  | 'lost'
  /** No answer came in time. */
  | 'timeout'
  /** The caller waits no longer. */
  | 'aborted'
  /** What came is not the protocol. */
  | 'protocol';

/** A call that was not answered. Who knows what was called says what it means. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly kind: CallFailureKind;

  constructor(kind: CallFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
