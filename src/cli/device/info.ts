import type { AttributeInfo, CommandInfo, DeviceInfo } from '../../kernel/device-proxy.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { widthOf } from '../terminal.ts';
import { oneLine } from '../words.ts';
import type { DeviceCli } from './device-doors.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions } from './with-device.ts';
import { valueJson } from './value-json.ts';

/** Prints what a device is, how it is, and what can be asked of it. */
export function infoCommand(name: string, options: DeviceOptions, cli: DeviceCli): Promise<number> {
  return withDevice(name, options, cli, async ({ device, call }) => {
    const [info, state, status] = await Promise.all([
      device.info(call),
      device.state(call),
      device.status(call),
    ]);
    const { terminal, process } = cli;
    if (options.json === true) terminal.json(valueJson({ ...info, state, status }));
    else terminal.result(pageOf(info, state, status, widthOf(process)));
    return 0;
  });
}

const commandColumns: readonly Column[] = [
  { head: 'command' },
  { head: 'takes' },
  { head: 'gives' },
  { head: 'what it says of that', isFlexible: true },
];

const attributeColumns: readonly Column[] = [
  { head: 'attribute' },
  { head: 'type' },
  { head: 'format' },
  { head: 'access' },
  { head: 'unit' },
  { head: 'what it is', isFlexible: true },
];

function pageOf(info: DeviceInfo, state: string, status: string, width: number | null): string {
  const host = info.host === undefined ? '' : ` on ${info.host}`;
  return [
    info.name,
    `class ${info.class}, server ${info.server}${host}`,
    `state ${state}${status === '' ? '' : `: ${oneLine(status)}`}`,
    '',
    tableText(commandColumns, info.commands.map(commandRow), width),
    '',
    tableText(attributeColumns, info.attributes.map(attributeRow), width),
  ].join('\n');
}

/** What a device says when nobody has described a thing. */
const undescribed = /^(?:uninitiali[sz]ed|no description|none|void|)$/i;

const described = (text: string | undefined): string =>
  text === undefined || undescribed.test(text) ? '' : oneLine(text);

function commandRow({ name, inType, outType, ...told }: CommandInfo): string[] {
  const texts = [described(told.inDescription), described(told.outDescription)];
  return [name, inType, outType, texts.filter((text) => text !== '').join(' → ')];
}

function attributeRow(attribute: AttributeInfo): string[] {
  const { name, type, isWritable, unit, labels } = attribute;
  const texts = [described(attribute.description), (labels ?? []).join(' | ')];
  return [
    name,
    type,
    formatOf(attribute),
    isWritable ? 'read, write' : 'read',
    unit ?? '',
    texts.filter((text) => text !== '').join(': '),
  ];
}

function formatOf({ format, maxDimX, maxDimY }: AttributeInfo): string {
  if (format === 'scalar' || maxDimX === undefined) return format;
  return format === 'image' ? `image ${maxDimX} × ${maxDimY ?? 0}` : `spectrum ${maxDimX}`;
}
