import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../real-parts/describe-with.ts';
import { python, startLrcDevice, watcher } from './lrc-device.ts';
import type { LrcTangoDevice } from './lrc-device.ts';
import { run } from './tango-servers.ts';

const second = ['_lrcEvent'];
const first = ['Status', 'Progress', 'Result'].map((name) => `longRunningCommand${name}`);

/** What PyTango hears of a command, with `ID` for the long ids, and nothing twice. */
const hears = async (
  device: LrcTangoDevice,
  command: string,
  attributes: readonly string[],
  argument = '-',
  ...more: readonly string[]
): Promise<readonly string[]> => {
  const args = [watcher, device.name, command, argument, ...attributes, ...more];
  const { code, output } = await run(python, args);
  expect({ code, output }).toMatchObject({ code: 0 });
  const short = output
    .trim()
    .replaceAll(/\d+\.\d+_\d+_/g, '')
    .replaceAll('longrunningcommand', '')
    .split('\n');
  return short.filter((line, index) => line !== short[index - 1]);
};

describeWith('python3-tango')('the device of long-running commands, as PyTango hears it', () => {
  let both: LrcTangoDevice;
  let one: LrcTangoDevice;

  beforeAll(async () => {
    both = await startLrcDevice();
    one = await startLrcDevice({ protocols: '1', keptMs: 0 });
  });

  afterAll(async () => {
    await both.stop();
    await one.stop();
  });

  it('tells of a command that goes well, in version 2', async () => {
    expect(await hears(both, 'On', second)).toEqual([
      '["reply", 2, "On"]',
      String.raw`["_lrcevent", "On", "{\"status\": 0}"]`,
      String.raw`["_lrcevent", "On", "{\"status\": 1}"]`,
      String.raw`["_lrcevent", "On", "{\"status\": 2}"]`,
      String.raw`["_lrcevent", "On", "{\"progress\": 33}"]`,
      String.raw`["_lrcevent", "On", "{\"progress\": 66}"]`,
      String.raw`["_lrcevent", "On", "{\"status\": 5, \"result\": [0, \"On command completed OK\"]}"]`,
    ]);
  });

  it('tells the result before the status, in version 1', async () => {
    expect(await hears(one, 'On', first)).toEqual([
      '["reply", 2, "On"]',
      '["status", "On", "STAGING"]',
      '["status", "On", "QUEUED"]',
      '["status", "On", "IN_PROGRESS"]',
      '["progress", "On", "33"]',
      '["progress", "On", "66"]',
      String.raw`["result", "On", "[0, \"On command completed OK\"]"]`,
      '["status", "On", "COMPLETED"]',
    ]);
  });

  it('ends what runs before the Abort that ended it', async () => {
    const heard = await hears(both, 'Scan', second, '{ "steps": 1, "stepMs": 60000 }', '--abort');
    expect(heard.slice(heard.indexOf('["abort", "Abort"]') + 1)).toEqual([
      String.raw`["_lrcevent", "Abort", "{\"status\": 0}"]`,
      String.raw`["_lrcevent", "Abort", "{\"status\": 2}"]`,
      String.raw`["_lrcevent", "Scan", "{\"status\": 3, \"result\": [7, \"Command has been aborted\"]}"]`,
      String.raw`["_lrcevent", "Abort", "{\"status\": 5, \"result\": [0, \"Abort completed OK\"]}"]`,
    ]);
  });

  it.each([
    ['Crash', '{"status": 7, "result": [3, "Unhandled exception during execution: '],
    ['NotAllowed', '{"status": 6, "result": [6, "Command is not allowed"]}'],
    ['RejectFromQueue', '{"status": 6, "result": [5, "Exception from '],
  ])('ends %s from the queue', async (command, end) => {
    const heard = (await hears(both, command, second)).map((line) => JSON.parse(line) as unknown[]);
    expect(heard.map((event) => event[2])).toEqual([
      command,
      '{"status": 0}',
      '{"status": 1}',
      expect.stringContaining(end),
    ]);
  });
});
