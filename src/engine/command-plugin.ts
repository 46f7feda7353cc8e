import type { LrcHandle } from '../actors/lrc-handle.ts';
import { LongRunningCommand } from '../actors/long-running-command.ts';
import type { LrcOptions } from '../actors/lrc-options.ts';
import type { Clock } from '../kernel/clock.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import type { Logger } from '../kernel/logger.ts';
import { isRunstateError } from '../kernel/errors.ts';
import type { LrcEvent, LrcResult } from '../kernel/lrc.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { messageOf } from '../kernel/task-error.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';
import { builtInPlugin } from '../wire/built-in.ts';
import type { BuiltInCode, BuiltInContext } from '../wire/built-in.ts';
import { commandInput } from '../wire/command-input.ts';
import type { CommandInput } from '../wire/command-input.ts';
import type { PluginContext } from '../wire/plugin-context.ts';
import { readSent } from './command-checkpoint.ts';
import type { CommandCheckpoint } from './command-checkpoint.ts';
import { outputOf } from './command-end.ts';
import type { CommandOutput } from './command-end.ts';
import type { DevicesByName } from './device-hub.ts';

/** What commands need of the engine. */
export interface CommandParts {
  readonly devices: DevicesByName;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The name of the plugin whose tasks are commands of devices. */
export const commandPluginName = 'runstate.command';

/** What a task that is a command is called where nobody has named it. */
export const commandName = ({
  device,
  command,
}: Pick<CommandInput, 'device' | 'command'>): string =>
  `${device.replace(/^.*\/\/[^/]*\//, '')} ${command}`;

/**
 * Makes the plugin whose tasks are long-running commands of devices. Such a task is `unsafe`: what
 * was sent is never sent again, and after a restart it is followed by the id that was kept.
 */
export const commandPlugin = (parts: CommandParts) =>
  builtInPlugin<typeof commandInput, CommandOutput>({
    name: commandPluginName,
    description: 'Sends a long-running command to a device and follows it to its end.',
    effect: 'unsafe',
    input: commandInput,
    isSlotless: true,
    continues: true,
    pausedBy: 'device',
    cannotSuspend: (input) =>
      (input as CommandInput).options?.suspend === undefined
        ? 'the command declares no `suspend`. Cancel the task, or declare the commands that pause it.'
        : null,
    stillRunning: (checkpoint) => {
      const id = readSent(checkpoint)?.commandId;
      return id === undefined || id === null ? [] : [id];
    },
    code: () => new CommandAttempt(parts),
  });

/** One attempt: the command is sent, or, where an earlier attempt sent it, followed on. */
class CommandAttempt implements BuiltInCode<CommandInput, CommandOutput> {
  readonly #parts: CommandParts;
  #device: DeviceProxy | null = null;
  #handle: LrcHandle | null = null;
  #sent: CommandCheckpoint | null = null;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /** A device that cannot be reached is found before anything is sent: that may be tried again. */
  async setup({ input, resumeFrom, signal }: PluginContext<CommandInput>): Promise<void> {
    this.#device = await this.#parts.devices.get(input.device);
    if (readSent(resumeFrom) !== null) return;
    const timeoutMs = input.options?.callTimeoutMs;
    try {
      await this.#device.state({ signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    } catch (error) {
      if (!isRunstateError(error, 'DEV_FAILED')) throw error;
    }
  }

  async process(context: BuiltInContext<CommandInput>): Promise<CommandOutput> {
    await context.pausePoint();
    const handle = (this.#handle = this.#begin(context));
    const events = handle.events$.subscribe((event) => tell(context, event));
    const leaving = onAbort(context.signal, () => void this.#stop(context, handle));
    try {
      const result = await handle.result();
      return await this.#conclude(context, result);
    } finally {
      leaving();
      events.unsubscribe();
    }
  }

  /** What has not been sent waits at the pause point before it is. */
  async pause(context: BuiltInContext<CommandInput>): Promise<void> {
    if (this.#handle === null || this.#sent?.commandId === undefined) return;
    await this.#handle.pause();
    this.#keep(context, { isPaused: true });
  }

  async resume(context: BuiltInContext<CommandInput>): Promise<void> {
    if (this.#handle === null || this.#sent?.isPaused !== true) return;
    await this.#handle.resume();
    this.#keep(context, { isPaused: false });
  }

  #begin(context: BuiltInContext<CommandInput>): LrcHandle {
    const { input, resumeFrom } = context;
    const device = this.#device as DeviceProxy;
    const { clock, logger } = this.#parts;
    const lrc = new LongRunningCommand(input.command, { graceMs: 4_000, clock, logger });
    const options = optionsOf(input);
    this.#sent = readSent(resumeFrom);
    if (this.#sent !== null) return lrc.attach(device, this.#sent, options);
    return lrc.start(device, input.args, {
      ...options,
      beforeSend: async () => {
        context.signal.throwIfAborted();
        this.#sent = { sentAt: clock.now() };
        await context.checkpoint(this.#sent);
      },
      onAccepted: (commandId) => this.#keep(context, { commandId }),
    });
  }

  /** What is kept is in the store before anything that is asked for later. */
  #keep(context: BuiltInContext<CommandInput>, more: Partial<CommandCheckpoint>): void {
    this.#sent = { ...(this.#sent ?? { sentAt: this.#parts.clock.now() }), ...more };
    context.checkpoint(this.#sent).catch((error: unknown) => {
      if (context.signal.aborted) return;
      context.log.warning(`What is known of the command could not be kept: ${messageOf(error)}`);
    });
  }

  /** The end of the engine leaves the command alone: the next one follows it on. */
  async #stop(context: BuiltInContext<CommandInput>, handle: LrcHandle): Promise<void> {
    const reason: unknown = context.signal.reason;
    if (isRunstateError(reason, 'ENGINE_CLOSED')) return void handle.detach();
    const { acknowledgedBy, stillRunning } = await handle.abort({ reason });
    if (acknowledgedBy === 'device') context.acknowledge('device');
    else if (stillRunning.length > 0) context.leave({ stillRunning, error: null });
  }

  async #conclude(
    context: BuiltInContext<CommandInput>,
    result: LrcResult,
  ): Promise<CommandOutput> {
    const { signal } = context;
    if (isRunstateError(signal.reason, 'ENGINE_CLOSED')) throw signal.reason as Error;
    const end = outputOf(result);
    if (end.ok) return end.output;
    const { stillRunning, error, ending } = end;
    if (end.verdict === 'awaitingOperator' || stillRunning.length === 0) throw end.thrown;
    // Its task ends now; what it holds stays taken until the device has told the end.
    if (!signal.aborted) context.leave({ stillRunning, error, ...ending });
    await this.#followOn(context);
    throw end.thrown;
  }

  async #followOn({ input }: BuiltInContext<CommandInput>): Promise<void> {
    if (this.#sent?.commandId === undefined) return;
    const { clock, logger } = this.#parts;
    const lrc = new LongRunningCommand(input.command, { clock, logger, timeoutMs: 'none' });
    await lrc.attach(this.#device as DeviceProxy, this.#sent).result();
  }
}

function optionsOf({ options = {} }: CommandInput): LrcOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as LrcOptions;
}

const statusNames = Object.fromEntries(
  Object.entries(LrcTaskStatus).map(([name, value]) => [value, name]),
);

/** What the device tells of the command, as the task's events. */
function tell({ log, progress }: BuiltInContext, event: LrcEvent): void {
  switch (event.type) {
    case 'accepted':
      return log.info(`accepted as ${event.commandId}`, { commandId: event.commandId });
    case 'status':
      return log.info(`device: ${statusNames[event.status]}`, { status: event.status });
    case 'progress':
      return progress(event.percent);
    case 'unreachable':
      return log.warning(`The device cannot be reached: ${messageOf(event.error)}`);
    case 'reachable':
      return log.info('The device can be reached again.');
    case 'result':
      return undefined;
  }
}
