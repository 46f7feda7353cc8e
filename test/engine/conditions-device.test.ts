import { afterEach, describe, expect, it } from 'vitest';
import { condition } from '../../src/index.ts';
import type { CommandOptions, ConditionOptions } from '../../src/index.ts';
import { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import { problemsOf } from '../support/conditions.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { ScriptedDevice } from '../support/scripted-device.ts';

const id = '1000.5_529690566_Scan';

/** A device with a door, and the condition that it is closed. */
function doorDevice(position: string, options: Partial<ConditionOptions> = {}) {
  const device = new ScriptedDevice(2, 'door');
  device.attributes.set('Position', position);
  const closed = condition(device.subscribe('Position'), (value) => value === 'CLOSED', {
    name: 'door closed',
    ...options,
  });
  return { device, closed };
}

/** A device that takes `Scan`, and stands still by `Pause` and `Resume`. */
function scanner(): ScriptedDevice {
  const device = new ScriptedDevice(2, 'scanner');
  device.scripts.set('Scan', () => [[2], [id]]);
  for (const name of ['Pause', 'Resume', 'EndScan']) device.scripts.set(name, () => [[0], ['ok']]);
  return device;
}

const scan = (options: CommandOptions) => ({ device: 'scanner', command: 'Scan', options });

describe('a condition on an attribute of a device', () => {
  afterEach(closeEngines);

  it('has the value, the quality, the staleness and the errors that the device tells', async () => {
    const { device, closed } = doorDevice('OPEN');
    const { engine, rest } = await startEngine();
    const quick = pluginOf({ process: () => 'done' });
    const handle = engine.submit(quick, null, { requires: [closed] });
    await rest();
    expect(handle.waitingFor).toMatchObject({
      conditions: [{ problem: 'unmet', value: 'OPEN' }],
    });
    device.fault('Position', new Error('the device is down'));
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unreadable' });
    const told = { attribute: 'Position', value: 'CLOSED', at: 0, shape: [], receivedAt: 0 };
    const value = { ...told, type: 'value', via: 'event', quality: 'valid' } as const;
    device.notify('Position', { ...value, isStale: true });
    expect(problemsOf(handle)).toEqual({ 'door closed': 'stale' });
    device.notify('Position', { ...value, quality: 'invalid', value: null, isStale: false });
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unreadable' });
    device.gap('Position');
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unreadable' });
    device.event('Position', 'CLOSED');
    expect(await handle.output()).toBe('done');
    expect(device.heard).toEqual([]);
  });

  it('pauses a command on another device, and lets it go on', async () => {
    const { device: door, closed } = doorDevice('CLOSED', { during: 'suspend' });
    const device = scanner();
    const { engine, rest } = await startEngine({ devices: { scanner: device } });
    const options = { suspend: { pause: 'Pause', resume: 'Resume' } };
    const handle = engine.submit('runstate.command', scan(options), { requires: [closed] });
    await rest();
    device.tell(id, { status: LrcTaskStatus.IN_PROGRESS });
    door.event('Position', 'OPEN');
    await rest();
    expect([handle.state, problemsOf(handle)]).toEqual(['suspended', { 'door closed': 'unmet' }]);
    door.event('Position', 'CLOSED');
    await rest();
    expect(handle.state).toBe('running');
    expect(device.commands.map(([name]) => name)).toEqual(['Scan', 'Pause', 'Resume']);
    device.tell(id, { status: LrcTaskStatus.COMPLETED, result: [0, 'done'] });
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed' });
    expect([door.heard, device.heard]).toEqual([[], []]);
  });

  it('is refused with during: suspend for a command that declares no such commands', async () => {
    const { closed } = doorDevice('CLOSED', { during: 'suspend' });
    const { engine } = await startEngine({ devices: { scanner: scanner() } });
    expect(() => engine.submit('runstate.command', scan({}), { requires: [closed] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('ends a command by what stops it', async () => {
    const { device: door, closed } = doorDevice('CLOSED', { during: 'cancel' });
    const device = scanner();
    const { engine, rest } = await startEngine({ devices: { scanner: device } });
    const handle = engine.submit('runstate.command', scan({ stop: 'EndScan' }), {
      requires: [closed],
    });
    await rest();
    device.tell(id, { status: LrcTaskStatus.IN_PROGRESS });
    door.event('Position', 'OPEN');
    await rest();
    expect(device.commands.map(([name]) => name)).toEqual(['Scan', 'EndScan']);
    device.tell(id, { status: LrcTaskStatus.ABORTED, result: [0, 'ended'] });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      error: { code: 'CONDITION_UNMET' },
    });
  });
});
