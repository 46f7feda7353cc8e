import { RunstateError } from '../kernel/errors.ts';
import { showValue } from '../wire/show-value.ts';

/**
 * Refuses options that a store does not know: a misspelt one would change nothing, in silence.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function assertKnown(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RunstateError('INVALID_OPTION', ['options', 'an object', showValue(options)]);
  }
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) continue;
    const expected = `one of ${known.join(', ')}`;
    throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
  }
}
