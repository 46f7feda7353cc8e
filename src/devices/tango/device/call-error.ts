import { DevFailed } from '../../../kernel/device-errors.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { CallFailure } from '../giop/call-failure.ts';
import { SystemException } from '../giop/system-exception.ts';

/** What was called, for the errors of the call. */
export interface CallSubject {
  /** The device's canonical name. */
  readonly device: string;
  /** What is asked of it, such as `command Init`. */
  readonly what: string;
  /** Whether doing it twice does no harm: what is read may be asked for again. */
  readonly isRepeatable: boolean;
  readonly timeoutMs: number;
}

const unreachable = (device: string, cause: Error): RunstateError =>
  new RunstateError('DEVICE_UNREACHABLE', [device, cause.message], { cause });

const outcomeUnknown = ({ device, what }: CallSubject, cause: Error): RunstateError =>
  new RunstateError('OUTCOME_UNKNOWN', [`${what} of ${device}`, cause.message], { cause });

/** The words of cppTango for an exception of CORBA, whose own name is in the description. */
const asDevFailed = ({ what, device }: CallSubject, cause: SystemException): DevFailed =>
  new DevFailed(
    [
      {
        reason: 'API_CorbaException',
        severity: 'ERR',
        description: cause.message,
        origin: `${what} of ${device}`,
      },
    ],
    { cause },
  );

/** Those of CORBA's exceptions that say: what was called is not there. */
const absences: ReadonlySet<string> = new Set(['TRANSIENT', 'COMM_FAILURE', 'OBJECT_NOT_EXIST']);

const ofException = (subject: CallSubject, cause: SystemException): Error => {
  const isDone = cause.completed !== 'COMPLETED_NO';
  if (isDone && !subject.isRepeatable) return outcomeUnknown(subject, cause);
  return absences.has(cause.kind)
    ? unreachable(subject.device, cause)
    : asDevFailed(subject, cause);
};

const ofFailure = (subject: CallSubject, cause: CallFailure): unknown => {
  const { device, what, isRepeatable, timeoutMs } = subject;
  switch (cause.kind) {
    case 'notSent':
      return unreachable(device, cause);
    case 'lost':
      return isRepeatable ? unreachable(device, cause) : outcomeUnknown(subject, cause);
    case 'timeout': {
      const timeout = new RunstateError('DEVICE_TIMEOUT', [device, what, timeoutMs], { cause });
      return isRepeatable ? timeout : outcomeUnknown(subject, timeout);
    }
    case 'protocol': {
      const protocol = new RunstateError('DEVICE_PROTOCOL', [device, cause.message], { cause });
      return isRepeatable ? protocol : outcomeUnknown(subject, protocol);
    }
    case 'aborted':
      return isRepeatable ? cause.cause : outcomeUnknown(subject, cause);
    default:
      return cause.kind satisfies never;
  }
};

/** What became of a call, as those who made it are told: it was not done, or nobody knows. */
export const callError = (subject: CallSubject, error: unknown): unknown => {
  if (error instanceof SystemException) return ofException(subject, error);
  return error instanceof CallFailure ? ofFailure(subject, error) : error;
};
