import type { AttributeValue } from '../../kernel/device-proxy.ts';
import type { Cli } from '../cli.ts';
import { exitCodeOfError, exitCodes } from '../exit-codes.ts';
import { columnWidths, tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { codeOf, errorData, widthOf } from '../terminal.ts';
import { momentText } from '../words.ts';
import { describedAttributes } from './described-attributes.ts';
import type { DescribedAttributes } from './described-attributes.ts';
import { DeviceCallError } from './device-call-error.ts';
import { valueJson } from './value-json.ts';
import { imageLines, valueText } from './value-text.ts';
import type { DeviceCli } from './device-doors.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions } from './with-device.ts';

/** What came of reading one attribute. */
type Reading =
  | { readonly attribute: string; readonly value: AttributeValue }
  | { readonly attribute: string; readonly error: unknown };

/** Reads attributes and prints what there is, and says which could not be read. */
export function readCommand(
  name: string,
  attributes: readonly string[],
  options: DeviceOptions,
  cli: DeviceCli,
): Promise<number> {
  return withDevice(name, options, cli, async ({ device, call }) => {
    const readings = await Promise.all(
      attributes.map((attribute) =>
        device.read(attribute, call).then(
          (value): Reading => ({ attribute, value }),
          (error: unknown): Reading => ({ attribute, error }),
        ),
      ),
    );
    const values = readings.flatMap((reading) => ('value' in reading ? [reading.value] : []));
    if (options.json === true) cli.terminal.json(readings.map(readingJson));
    else if (values.length > 0) {
      const known = await describedAttributes(device, call);
      cli.terminal.result(pageOf(values, known, widthOf(cli.process)));
    }
    return tellFailures(readings, device.name, cli);
  });
}

const readingJson = (reading: Reading): unknown =>
  'value' in reading
    ? valueJson(reading.value)
    : { attribute: reading.attribute, error: valueJson(errorData(reading.error)) };

/** The worst of what happened is the exit code. */
function tellFailures(readings: readonly Reading[], device: string, cli: Cli): number {
  const codes = readings.flatMap((reading) => {
    if ('value' in reading) return [];
    const error = new DeviceCallError(`read ${reading.attribute} of ${device}`, reading.error);
    cli.terminal.error(error, false);
    return [exitCodeOfError(codeOf(error))];
  });
  return codes.find((code) => code === exitCodes.timedOut) ?? codes[0] ?? exitCodes.completed;
}

const columns: readonly Column[] = [
  { head: 'attribute' },
  { head: 'quality' },
  { head: 'time' },
  { head: 'value', isFlexible: true },
];

function pageOf(
  values: readonly AttributeValue[],
  known: DescribedAttributes,
  width: number | null,
): string {
  const rows = values.map(({ attribute, quality, at }) => [attribute, quality, momentText(at), '']);
  const taken = columnWidths(columns, rows, Number.POSITIVE_INFINITY)
    .slice(0, -1)
    .reduce((sum, column) => sum + column + 2, 0);
  const room = width === null ? null : Math.max(width - taken, 10);
  const shown = values.map(({ attribute, value, written }, index) => {
    const info = known(attribute) ?? {};
    const text = valueText(value, info, room);
    const wanted =
      written === undefined || written === null || width !== null
        ? ''
        : ` (written ${valueText(written, info, room)})`;
    return [...(rows[index] ?? []).slice(0, -1), `${text}${wanted}`];
  });
  const images = values.flatMap(({ attribute, value }) => {
    const lines = imageLines(value, known(attribute) ?? {}, width);
    return lines.length === 0 ? [] : ['', `${attribute}:`, ...lines];
  });
  return [tableText(columns, shown, width), ...images].join('\n');
}
