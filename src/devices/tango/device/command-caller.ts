import { DevFailed } from '../../../kernel/device-errors.ts';
import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import type { DevCmdInfo2 } from '../idl/device-info.ts';
import { commandArgument } from '../values/command-argument.ts';
import type { WriteArgument } from '../values/command-argument.ts';
import { InvalidValue } from '../values/invalid-value.ts';
import type { DeviceOperations } from './device-operations.ts';

/** The code of a wrong argument, with what was meant for what. */
export const argumentInvalid = (device: string, what: string, error: unknown): unknown =>
  error instanceof InvalidValue
    ? new RunstateError('DEVICE_ARGUMENT_INVALID', [what, device, error.expected, error.got], {
        cause: error,
      })
    : error;

const notFound = (name: string, device: string): DevFailed =>
  new DevFailed([
    {
      reason: 'API_CommandNotFound',
      severity: 'ERR',
      description: `Command ${name} not found`,
      origin: `the commands of ${device}`,
    },
  ]);

/** A device's answers when it is of another type than it said before. */
const changedType = 'API_IncompatibleCmdArgumentType';

/**
 * Sends commands with arguments as their types want them. The list of commands is asked for once, and
 * again when a name is not in it or a type has changed.
 */
export class CommandCaller {
  readonly #operations: DeviceOperations;
  #commands: Promise<ReadonlyMap<string, DevCmdInfo2>> | undefined;
  #known: ReadonlyMap<string, DevCmdInfo2> | undefined;

  constructor(operations: DeviceOperations) {
    this.#operations = operations;
  }

  /** `assert` is called before anything is sent that is not repeatable. */
  async call(
    name: string,
    args: unknown,
    isRepeatable: boolean,
    options: CallOptions,
  ): Promise<unknown> {
    const command = this.#known?.get(name.toLowerCase()) ?? (await this.#find(name, options));
    const argument = this.#argument(command, args);
    try {
      return await this.#operations.command(command.cmd_name, argument, isRepeatable, options);
    } catch (error) {
      if (error instanceof DevFailed && error.reason === changedType) this.forget();
      throw error;
    }
  }

  /** Asks for the commands again at the next call. */
  forget(): void {
    this.#commands = undefined;
    this.#known = undefined;
  }

  #argument(command: DevCmdInfo2, args: unknown): WriteArgument {
    try {
      return commandArgument(command.in_type, args);
    } catch (error) {
      throw argumentInvalid(this.#operations.object.name, `command ${command.cmd_name}`, error);
    }
  }

  async #find(name: string, options: CallOptions): Promise<DevCmdInfo2> {
    const wasKnown = this.#known !== undefined;
    const find = async (): Promise<DevCmdInfo2 | undefined> =>
      (await this.#load(options)).get(name.toLowerCase());
    const found = await find();
    if (found) return found;
    if (wasKnown) {
      this.forget();
      const later = await find();
      if (later) return later;
    }
    throw notFound(name, this.#operations.object.name);
  }

  async #load(options: CallOptions): Promise<ReadonlyMap<string, DevCmdInfo2>> {
    const loading = (this.#commands ??= this.#operations
      .commands(options)
      .then((list) => new Map(list.map((command) => [command.cmd_name.toLowerCase(), command]))));
    try {
      const commands = await loading;
      this.#known = commands;
      return commands;
    } catch (error) {
      if (this.#commands === loading) this.#commands = undefined;
      throw error;
    }
  }
}
