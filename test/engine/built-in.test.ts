import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { LrcError } from '../../src/kernel/device-errors.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { onAbort } from '../../src/kernel/on-abort.ts';
import { builtInPlugin, EndedOtherwise } from '../../src/wire/built-in.ts';
import type { BuiltInCode, BuiltInContext, BuiltInTraits } from '../../src/wire/built-in.ts';
import { sqliteStore } from '../../src/index.ts';
import type { DefinedPlugin } from '../../src/index.ts';
import {
  closeEngines,
  forEver,
  makeEngine,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

const elsewhere = (code: BuiltInCode, traits: Partial<BuiltInTraits> = {}): DefinedPlugin =>
  builtInPlugin({
    name: 'test.elsewhere',
    effect: 'unsafe',
    input: z.unknown(),
    isSlotless: true,
    continues: true,
    pausedBy: 'device',
    ...traits,
    code: () => code,
  });

const unknownOutcome = (): LrcError =>
  new LrcError('OUTCOME_UNKNOWN', ['Acquire', 'the connection broke'], { candidates: ['a_1'] });

const by = { who: 'ada' } as const;

/** A store's file that is removed after the test. */
async function storePath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'runstate-built-in-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'runs.db');
}

describe('a plugin whose work is elsewhere', () => {
  afterEach(closeEngines);

  it('takes no slot, and lets others have theirs', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const waiting = elsewhere({ process: untilAborted });
    const far = [engine.submit(waiting), engine.submit(waiting)];
    const near = engine.submit(pluginOf({ process: untilAborted }));
    const late = engine.submit(pluginOf({}, { name: 'test.late' }));
    await rest();
    expect([...far, near, late].map(({ state }) => state)).toEqual([
      'running',
      'running',
      'running',
      'pending',
    ]);
    expect(late.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
  });

  it('takes its resources all the same', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const waiting = elsewhere({ process: untilAborted });
    const first = engine.submit(waiting, {}, { resources: 'magnet' });
    const second = engine.submit(waiting, {}, { resources: 'magnet' });
    await rest();
    expect([first.state, second.state]).toEqual(['running', 'pending']);
    expect(second.waitingFor).toMatchObject({ reason: 'resource' });
    await first.cancel();
    await rest();
    expect(second.state).toBe('running');
  });

  it.each([
    ['cancelled', 'cancelled', 'LRC_ABORTED'],
    ['timedOut', 'timedout', 'LRC_TIMEOUT'],
  ] as const)('may end %s', async (verdict, taskStatus, code) => {
    const { engine } = await startEngine();
    const error = new LrcError(code, ['Acquire', 1, '.']);
    const ending = elsewhere({
      process: () => Promise.reject(new EndedOtherwise(verdict, error)),
    });
    const result = await engine.submit(ending, {}, { retries: 3 }).result();
    expect(result).toMatchObject({ taskStatus, attempts: 1, error: { code } });
  });

  it('waits for an operator when its outcome is unknown, and keeps its resources', async () => {
    const { engine, rest } = await startEngine();
    const alarms: string[] = [];
    engine.events$.subscribe((event) => {
      if (event.type === 'alarm') alarms.push(event.message);
    });
    const code = {
      process: () => Promise.reject(new EndedOtherwise('awaitingOperator', unknownOutcome())),
    };
    const handle = engine.submit(elsewhere(code), {}, { resources: 'magnet' });
    await rest();
    expect(handle.state).toBe('awaitingOperator');
    expect(handle.waitingFor).toMatchObject({ reason: 'operator', code: 'OUTCOME_UNKNOWN' });
    expect(alarms).toEqual([unknownOutcome().message]);
    expect(engine.resources.list()).toMatchObject([{ name: 'magnet', inUse: 1 }]);
    await engine.tasks.resolve(handle.id, 'completed', { by, reason: 'seen', output: 4 });
    expect(await handle.output()).toBe(4);
    expect(engine.resources.list()).toEqual([]);
  });

  it('begins anew when a person lets it run again', async () => {
    const { engine, rest } = await startEngine();
    const seen: unknown[] = [];
    const handle = engine.submit(
      elsewhere({
        async process({ attempt, resumeFrom, checkpoint }) {
          seen.push(resumeFrom);
          await checkpoint({ sentAt: 1 });
          if (attempt === 1) throw new EndedOtherwise('awaitingOperator', unknownOutcome());
          return 'done';
        },
      }),
    );
    await rest();
    await engine.tasks.resolve(handle.id, 'rerun', { by, reason: 'it never arrived' });
    expect(await handle.output()).toBe('done');
    expect(seen).toEqual([undefined, undefined]);
  });

  it('says that a device stopped it', async () => {
    const { engine, rest } = await startEngine();
    const code: BuiltInCode = {
      process: ({ signal, acknowledge }) =>
        new Promise((_, reject) => {
          onAbort(signal, () => {
            acknowledge('device');
            reject(signal.reason as Error);
          });
        }),
    };
    const handle = engine.submit(elsewhere(code));
    await rest();
    expect(await handle.cancel()).toMatchObject({
      acknowledgedBy: 'device',
      status: 'cancelled',
    });
  });

  it('says what nothing stops, and keeps its resources until that ends', async () => {
    const { engine, rest } = await startEngine();
    const ended = deferred<void>();
    const code: BuiltInCode = {
      async process({ signal, leave }) {
        onAbort(signal, () => leave({ stillRunning: ['1_2_Scan'], error: null }));
        await ended.promise;
      },
    };
    const handle = engine.submit(elsewhere(code), {}, { resources: 'beam' });
    await rest();
    expect(await handle.cancel()).toEqual({
      acknowledgedBy: 'nobody',
      elapsedMs: 0,
      status: 'cancelled',
      stillRunning: ['1_2_Scan'],
    });
    expect(engine.resources.list()).toMatchObject([{ name: 'beam', inUse: 1 }]);
    expect(engine.tasks.abandoned()).toHaveLength(1);
    ended.resolve();
    await rest();
    expect(engine.resources.list()).toEqual([]);
    expect(engine.tasks.abandoned()).toEqual([]);
  });

  it('stands still and goes on where its work is', async () => {
    const { engine, rest } = await startEngine();
    const said: string[] = [];
    const ended = deferred<string>();
    const handle = engine.submit(
      elsewhere({
        process: () => ended.promise,
        pause: async () => void said.push('pause'),
        resume: async () => void said.push('resume'),
      }),
    );
    await rest();
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'device', status: 'stopped' });
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'device', status: 'running' });
    ended.resolve('done');
    expect(await handle.output()).toBe('done');
    expect(said).toEqual(['pause', 'resume']);
    expect(statesOf(handle)).toContain('suspended');
  });

  it('tells who asked why it does not stand still, or does not go on', async () => {
    const { engine, rest } = await startEngine();
    let isBroken = true;
    const refuse = async (): Promise<void> => {
      if (isBroken) throw new Error('the pump sticks');
    };
    const handle = engine.submit(
      elsewhere({ process: untilAborted, pause: refuse, resume: refuse }),
    );
    await rest();
    await expect(handle.suspend()).rejects.toMatchObject({
      code: 'SUSPEND_REFUSED',
      message: expect.stringContaining('the pump sticks') as string,
    });
    expect(handle.state).toBe('running');
    isBroken = false;
    await handle.suspend();
    isBroken = true;
    await expect(handle.resume()).rejects.toMatchObject({ code: 'RESUME_REFUSED' });
    expect(handle.state).toBe('suspended');
    isBroken = false;
    expect(await handle.resume()).toMatchObject({ status: 'running' });
  });

  it('refuses a suspend that its input does not allow', async () => {
    const { engine, rest } = await startEngine();
    const plugin = elsewhere(
      { process: untilAborted },
      { cannotSuspend: (input) => (input === 'pausable' ? null : 'it declares no `suspend`.') },
    );
    const [may, mayNot] = [engine.submit(plugin, 'pausable'), engine.submit(plugin, 'other')];
    await rest();
    await expect(mayNot.suspend()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
    void may.suspend();
    await rest();
    expect(may.state).toBe('running');
  });

  it('is as unsafe as its input says', async () => {
    const { engine } = await startEngine();
    let calls = 0;
    const code: BuiltInCode = {
      process: () => {
        calls += 1;
        throw new Error('no');
      },
    };
    const plugin = builtInPlugin({
      name: 'test.mild',
      effect: 'idempotent',
      input: z.unknown(),
      isSlotless: true,
      continues: true,
      pausedBy: 'plugin',
      effectOf: (input) => (input === 'unsafe' ? 'unsafe' : 'idempotent'),
      code: () => code,
    });
    const retries = { max: 1, baseMs: 0 };
    await engine.submit(plugin, 'unsafe', { retries }).result();
    expect(calls).toBe(1);
  });

  it('goes on from its checkpoint in the next engine, though it is unsafe', async () => {
    const path = await storePath();
    const resumed: unknown[] = [];
    const code: BuiltInCode = {
      async process(context: BuiltInContext) {
        resumed.push(context.resumeFrom);
        if (context.resumeFrom !== undefined) return 'done';
        await context.checkpoint({ commandId: '1_2_Scan' });
        return forEver();
      },
    };
    const first = makeEngine({ store: sqliteStore(path), plugins: [elsewhere(code)] });
    await first.engine.start();
    const handle = first.engine.submit('test.elsewhere');
    await handle.accepted;
    await expect.poll(() => statesOf(handle)).toContain('running');
    await first.shut();
    const second = makeEngine({ store: sqliteStore(path), plugins: [elsewhere(code)] });
    await second.engine.start();
    const again = await second.engine.tasks.get(handle.id);
    expect(await again.output()).toBe('done');
    expect(resumed).toEqual([undefined, { commandId: '1_2_Scan' }]);
  });
});
