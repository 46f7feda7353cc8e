import type { LrcHandle } from '../../actors/lrc-handle.ts';
import { LongRunningCommand } from '../../actors/long-running-command.ts';
import type { LrcEvent, LrcResult } from '../../kernel/lrc.ts';
import { LrcTaskStatus, ResultCode } from '../../kernel/task-state.ts';
import { exitCodes } from '../exit-codes.ts';
import { countOf } from '../numbers.ts';
import { ProgressBar } from '../progress-bar.ts';
import { codeOf, widthOf } from '../terminal.ts';
import { oneLine } from '../words.ts';
import { commandArgument } from './command-argument.ts';
import { calling, DeviceCallError } from './device-call-error.ts';
import type { DeviceCli } from './device-doors.ts';
import { resultText } from './result-text.ts';
import { valueJson } from './value-json.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions } from './with-device.ts';

/** Options of `runstate device <name> command --lrc`. */
export interface LongRunningOptions extends DeviceOptions {
  readonly stop?: string;
  readonly abortAll?: boolean;
}

/**
 * Sends a long-running command, follows it to its end and prints its result. `--timeout-ms` is for all
 * of it. Ctrl-C sends what `--stop` names, and nothing without it.
 */
export function longRunningCommand(
  name: string,
  command: string,
  given: string | undefined,
  options: LongRunningOptions,
  cli: DeviceCli,
): Promise<number> {
  const { stop = 'none', abortAll = false, timeoutMs, json } = options;
  const limit = timeoutMs === undefined ? {} : { timeoutMs: countOf('--timeout-ms', timeoutMs) };
  const order = new LongRunningCommand(command, { stop, abortAll, ...limit });
  return withDevice(name, {}, cli, async ({ device, call, signal }) => {
    const what = `command ${command} of ${device.name}`;
    const argument = commandArgument(command, given, cli.process.stdin, device, call);
    const handle = order.start(device, await calling(what, argument));
    const bar = new ProgressBar(cli.terminal, cli.process.stderr);
    const told = handle.events$.subscribe((event) => showEvent(event, bar));
    signal.addEventListener('abort', () => void stopped(handle, stop, bar), { once: true });
    try {
      const result = await handle.result();
      bar.stop();
      return tellEnd(result, what, signal.aborted, { ...cli, json: json === true });
    } finally {
      told.unsubscribe();
      bar.stop();
    }
  });
}

const nameOf = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(names).find(([, code]) => code === value)?.[0] ?? String(value);

function showEvent(event: LrcEvent, bar: ProgressBar): void {
  switch (event.type) {
    case 'accepted':
      return bar.say(`accepted as ${event.commandId}`);
    case 'status':
      return bar.say(nameOf(LrcTaskStatus, event.status));
    case 'progress':
      return bar.draw(event.percent, '');
    case 'unreachable':
      return bar.say(`the device cannot be reached: ${oneLine(event.error.message)}`);
    case 'reachable':
      return bar.say('the device can be reached again');
    case 'result':
      return;
  }
}

async function stopped(handle: LrcHandle, stop: string, bar: ProgressBar): Promise<void> {
  const what =
    stop === 'none' ? 'nothing is sent, because --stop names no command' : `sending ${stop}`;
  bar.say(`leaving ${handle.command}: ${what}… (again: leave at once)`);
  const { acknowledgedBy, elapsedMs, stillRunning } = await handle.abort();
  bar.say(`stopped after ${elapsedMs} ms, acknowledged by ${acknowledgedBy}`);
  if (stillRunning.length > 0) bar.say(`still running on the device: ${stillRunning.join(', ')}`);
}

function tellEnd(
  result: LrcResult,
  what: string,
  wasStopped: boolean,
  { json, terminal, process }: DeviceCli & { readonly json: boolean },
): number {
  const { resultCode, exception } = result;
  if (json) terminal.json(valueJson(result));
  else if (result.result !== null) {
    terminal.result(resultText(result.result, widthOf(process)));
  }
  const code = nameOf(ResultCode, resultCode);
  terminal.say(`${what}: ${code}${result.commandId === null ? '' : ` (${result.commandId})`}`);
  if (exception !== null) terminal.error(new DeviceCallError(what, exception), false);
  if (resultCode === ResultCode.OK) return exitCodes.completed;
  if (codeOf(exception) === 'LRC_TIMEOUT') return exitCodes.timedOut;
  return wasStopped || resultCode === ResultCode.ABORTED ? exitCodes.cancelled : exitCodes.failed;
}
