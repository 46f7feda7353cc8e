import type { AttributeEventKind, AttributeValue } from '../../../kernel/device-proxy.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import { CdrReader } from '../cdr/cdr-reader.ts';
import { attributeConfig5 } from '../idl/attribute-config.ts';
import { attributeValue4, attributeValue5 } from '../idl/attribute-value.ts';
import { devErrorList } from '../idl/basics.ts';
import { attDataReady, devIntrChange, zmqCallInfo } from '../idl/events.ts';
import { toAttributeValue } from '../values/to-attribute-value.ts';
import { toDevFailed } from '../values/to-dev-failed.ts';

/** What an event of TANGO holds. */
export interface EventMessage {
  /** Counts the events of one attribute and kind; always 0 from a server without a database. */
  readonly counter: number;
  readonly told: AttributeValue | Error;
}

/** 0xDEC0DEC0 stands before the data of every event, in the sender's byte order. */
const marks = [Buffer.from([0xc0, 0xde, 0xc0, 0xde]), Buffer.from([0xde, 0xc0, 0xde, 0xc0])];

/** The data is aligned as if it began a block of eight bytes, behind the mark. */
function dataReader(data: Buffer, isLittleEndian: boolean): CdrReader {
  const isMarked = marks.some((mark) => data.subarray(0, 4).equals(mark));
  const start = isMarked ? 4 : 0;
  return new CdrReader(data, isLittleEndian, start, start);
}

const about = (attribute: string, value: unknown, at: number): AttributeValue => ({
  attribute,
  value,
  quality: 'valid',
  at,
  shape: [],
});

function readData(
  kind: AttributeEventKind,
  topic: string,
  reader: CdrReader,
  attribute: string,
  at: number,
): AttributeValue {
  switch (kind) {
    case 'dataReady': {
      const { name, data_type: dataType, ctr: counter } = attDataReady.read(reader);
      return about(name, { dataType, counter }, at);
    }
    case 'configuration': {
      const configuration = attributeConfig5.read(reader);
      return about(configuration.name, configuration, at);
    }
    case 'interface': {
      const { dev_started: isStarted, cmds, atts } = devIntrChange.read(reader);
      const commands = cmds.map(({ cmd_name: name }) => name);
      const attributes = atts.map(({ name }) => name);
      return about(attribute, { isStarted, commands, attributes }, at);
    }
    case 'change':
    case 'periodic':
    case 'archive':
    case 'user':
      return toAttributeValue(
        (topic.includes('idl5') ? attributeValue5 : attributeValue4).read(reader),
      );
  }
}

/**
 * Reads an event: topic, byte order, call information, data.
 *
 * @throws {@link CdrError} when the frames are no event
 */
export function readEvent(
  frames: readonly Buffer[],
  kind: AttributeEventKind,
  attribute: string,
  at: number,
): EventMessage {
  const [topic, order, call, data] = frames;
  if (topic === undefined || order === undefined || call === undefined || data === undefined) {
    throw new CdrError(`an event has ${frames.length} frames, and 4 make one`);
  }
  const isLittleEndian = order[0] === 1;
  const { ctr: counter, call_is_except: isError } = zmqCallInfo.read(
    new CdrReader(call, isLittleEndian),
  );
  const reader = dataReader(data, isLittleEndian);
  if (isError) return { counter, told: toDevFailed(devErrorList.read(reader)) };
  try {
    return { counter, told: readData(kind, topic.toString('latin1'), reader, attribute, at) };
  } catch (error) {
    if (error instanceof CdrError || !(error instanceof Error)) throw error;
    return { counter, told: error };
  }
}
