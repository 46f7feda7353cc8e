import type { AttributeValue, CallOptions } from '../../../kernel/device-proxy.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import { string, stringList } from '../cdr/codec.ts';
import type { CdrReader } from '../cdr/cdr-reader.ts';
import type { CdrWriter } from '../cdr/cdr-writer.ts';
import { SystemException } from '../giop/system-exception.ts';
import { attributeConfigList3, attributeConfigList5 } from '../idl/attribute-config.ts';
import type { AttributeConfig5 } from '../idl/attribute-config.ts';
import { attributeValueList4, attributeValueList5 } from '../idl/attribute-value.ts';
import type { AttributeValue4 } from '../idl/attribute-value.ts';
import { devSource } from '../idl/basics.ts';
import type { DevSource } from '../idl/basics.ts';
import { clntIdent, thisClient } from '../idl/client-ident.ts';
import { devCmdInfoList2, devInfo } from '../idl/device-info.ts';
import type { DevCmdInfo2, DevInfo } from '../idl/device-info.ts';
import type { WriteArgument } from '../values/command-argument.ts';
import { toAttributeValue } from '../values/to-attribute-value.ts';
import { readAny } from '../values/type-code.ts';
import type { Answer, RemoteCall, RemoteObject } from './remote-object.ts';

const nothing: Answer<void> = { read: () => {} };

const only = <T>(what: string, list: readonly T[]): T => {
  const [value] = list;
  if (value === undefined) throw new CdrError(`${what} came without a value`);
  return value;
};

/** What a device is asked to take a value from: its own buffer when it is polled. */
const defaultSource: DevSource = 'CACHE_DEV';

const isUnknownOperation = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof SystemException &&
  error.cause.kind === 'BAD_OPERATION' &&
  error.cause.completed === 'COMPLETED_NO';

/**
 * The operations of TANGO's devices that a client needs. They are those of Device_5; a device that does
 * not know one is asked by the older ones from then on.
 */
export class DeviceOperations {
  readonly object: RemoteObject;
  #isOld = false;

  constructor(object: RemoteObject) {
    this.object = object;
  }

  ping(options: CallOptions): Promise<void> {
    return this.object.call(
      { operation: 'ping', what: 'ping', isRepeatable: true, answer: nothing },
      options,
    );
  }

  /** The name of the device that administers the server. */
  adminName(options: CallOptions): Promise<string> {
    return this.object.call(
      {
        operation: '_get_adm_name',
        what: 'its administrator',
        isRepeatable: true,
        answer: string,
      },
      options,
    );
  }

  command(
    name: string,
    argument: WriteArgument,
    isRepeatable: boolean,
    options: CallOptions,
  ): Promise<unknown> {
    return this.object.call(
      {
        operation: 'command_inout_4',
        what: `command ${name}`,
        isRepeatable,
        write: (writer) => {
          writer.string(name);
          argument(writer);
          devSource.write(writer, defaultSource);
          clntIdent.write(writer, thisClient);
        },
        answer: { read: readAny },
      },
      options,
    );
  }

  read(attribute: string, options: CallOptions): Promise<AttributeValue> {
    const names = [attribute];
    const write = (writer: CdrWriter): void => {
      stringList.write(writer, names);
      devSource.write(writer, defaultSource);
      clntIdent.write(writer, thisClient);
    };
    const shared = { what: `attribute ${attribute}`, isRepeatable: true, write };
    return this.#either(
      {
        ...shared,
        operation: 'read_attributes_5',
        answer: {
          read: (reader: CdrReader) =>
            toAttributeValue(only(attribute, attributeValueList5.read(reader))),
        },
      },
      {
        ...shared,
        operation: 'read_attributes_4',
        answer: {
          read: (reader: CdrReader) =>
            toAttributeValue(only(attribute, attributeValueList4.read(reader))),
        },
      },
      options,
    );
  }

  write(value: AttributeValue4, options: CallOptions): Promise<void> {
    return this.object.call(
      {
        operation: 'write_attributes_4',
        what: `write of attribute ${value.name}`,
        isRepeatable: false,
        write: (writer) => {
          attributeValueList4.write(writer, [value]);
          clntIdent.write(writer, thisClient);
        },
        answer: nothing,
      },
      options,
    );
  }

  commands(options: CallOptions): Promise<readonly DevCmdInfo2[]> {
    return this.object.call(
      {
        operation: 'command_list_query_2',
        what: 'its commands',
        isRepeatable: true,
        answer: devCmdInfoList2,
      },
      options,
    );
  }

  /** How attributes are; all of them for no names. */
  configuration(
    names: readonly string[],
    options: CallOptions,
  ): Promise<readonly AttributeConfig5[]> {
    const wanted = names.length === 0 ? ['All attributes_3'] : names;
    const shared = {
      what: 'the configuration of attributes',
      isRepeatable: true,
      write: (writer: CdrWriter) => stringList.write(writer, wanted),
    };
    return this.#either<readonly AttributeConfig5[]>(
      { ...shared, operation: 'get_attribute_config_5', answer: attributeConfigList5 },
      {
        ...shared,
        operation: 'get_attribute_config_3',
        answer: {
          read: (reader) =>
            attributeConfigList3.read(reader).map((config) => ({
              ...config,
              memorized: false,
              mem_init: false,
              root_attr_name: '',
              enum_labels: [],
            })),
        },
      },
      options,
    );
  }

  information(options: CallOptions): Promise<DevInfo> {
    return this.object.call(
      { operation: 'info', what: 'information', isRepeatable: true, answer: devInfo },
      options,
    );
  }

  async #either<T>(now: RemoteCall<T>, before: RemoteCall<T>, options: CallOptions): Promise<T> {
    if (this.#isOld) return this.object.call(before, options);
    try {
      return await this.object.call(now, options);
    } catch (error) {
      if (!isUnknownOperation(error)) throw error;
      this.#isOld = true;
      return this.object.call(before, options);
    }
  }
}
