import { describe, expect, it } from 'vitest';
import { followAs } from '../../src/actors/follow-as.ts';
import type { TaskReport } from '../../src/actors/follow-as.ts';
import { LongRunningCommand } from '../../src/actors/long-running-command.ts';
import type { LrcOptions } from '../../src/actors/lrc-options.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import { LrcTaskStatus, ResultCode } from '../../src/kernel/task-state.ts';
import { definePlugin } from '../../src/wire/plugin.ts';
import { z } from 'zod';
import { ScriptedDevice } from '../support/scripted-device.ts';

const { IN_PROGRESS, ABORTED, COMPLETED, REJECTED, FAILED } = LrcTaskStatus;
const id = '1.1_5_Scan';

const follow = async (
  tell: (device: ScriptedDevice) => void,
  options: LrcOptions = {},
  reply: unknown = [[2], [id]],
): Promise<readonly TaskReport[]> => {
  const device = new ScriptedDevice(2);
  device.scripts.set('Scan', () => reply);
  const handle = new LongRunningCommand('Scan').start(device, null, options);
  const reports: TaskReport[] = [];
  expect(followAs(handle, (report) => reports.push(report))).toEqual([
    ResultCode.QUEUED,
    'Task queued',
  ]);
  await expect.poll(() => handle.state).not.toMatch(/subscribing|intending|invoking/);
  tell(device);
  await handle.result();
  const isEnd = ({ status }: TaskReport): boolean => status !== undefined && status !== IN_PROGRESS;
  await expect.poll(() => reports.some(isEnd)).toBe(true);
  return reports;
};

describe('followAs, of a long-running command', () => {
  it('reports that it runs, its progress, and that it completed', async () => {
    const reports = await follow((device) => {
      device.tell(id, { status: 1 });
      device.tell(id, { status: 2 });
      device.tell(id, { progress: 50 });
      device.tell(id, { status: 5, result: [0, 'On command completed OK'] });
    });
    expect(reports).toEqual([
      { status: IN_PROGRESS },
      { progress: 50 },
      { status: COMPLETED, result: 'Completed' },
    ]);
  });

  it('reports a bad end of its own as its result', async () => {
    const reports = await follow((device) => device.tell(id, { status: 5, result: [3, 'no'] }));
    expect(reports).toEqual([{ status: IN_PROGRESS }, { status: COMPLETED, result: [3, 'no'] }]);
  });

  it('reports a failure by its text and its error', async () => {
    const reports = await follow((device) => device.tell(id, { status: 7, result: [3, 'broke'] }));
    const [first, last] = reports;
    expect(first).toEqual({ status: IN_PROGRESS });
    expect(last).toMatchObject({ status: FAILED, exception: { code: 'LRC_FAILED' } });
    expect(last?.result).toBe(last?.exception?.message);
    expect(last?.result).toContain('broke');
  });

  it.each([
    ['aborted', { status: 3, result: [7, 'gone'] }, ABORTED],
    ['rejected', { status: 6, result: [6, 'not now'] }, REJECTED],
  ] as const)('reports that it was %s as it is', async (_, told, status) => {
    const reports = await follow((device) => device.tell(id, told));
    expect(reports.map((report) => report.status)).toEqual([status]);
  });

  it('survives a callback that throws, and logs that', async () => {
    const device = new ScriptedDevice(2);
    device.scripts.set('Scan', () => [[0], ['ok']]);
    const logged: unknown[] = [];
    const log = (fields: object): void => void logged.push(fields);
    const logger = { debug: log, info: log, warn: log, error: log };
    const handle = new LongRunningCommand('Scan').start(device);
    const broken = (): never => {
      throw new Error('no callback');
    };
    followAs(handle, broken, { logger });
    await expect.poll(() => logged.length).toBe(2);
  });
});

describe('followAs, of a task', () => {
  const plugin = definePlugin({
    name: 'follow.me',
    input: z.object({ fails: z.boolean() }),
    effect: 'idempotent',
    process: ({ input, progress }) => {
      progress(40);
      if (input.fails) throw new RunstateError('HOT', [], { message: 'too hot' });
      return 1;
    },
  });

  it('reports a task that completes, one that fails, and a refused submission', async () => {
    await using engine = createEngine({ plugins: [plugin] });
    await engine.start();
    const reports: TaskReport[] = [];
    const report = (each: TaskReport): void => void reports.push(each);
    followAs(() => engine.submit(plugin, { fails: false }), report);
    await expect.poll(() => reports.at(-1)?.status).toBe(COMPLETED);
    expect(reports).toEqual([
      { status: IN_PROGRESS },
      { progress: 40 },
      { status: COMPLETED, result: 'Completed' },
    ]);
    followAs(() => engine.submit(plugin, { fails: true }), report);
    await expect.poll(() => reports.at(-1)?.status).toBe(FAILED);
    expect(reports.at(-1)).toMatchObject({ result: 'too hot', exception: { code: 'HOT' } });
    const [code, reason] = followAs(() => engine.submit('nobody', {}), report);
    expect(code).toBe(ResultCode.REJECTED);
    expect(reason).toContain('nobody');
  });
});
