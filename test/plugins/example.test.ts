import { describe, expect, it } from 'vitest';
import { CubeClass, cube, noop, sleep, square } from '../../plugins/example/index.ts';
import { bundledPlugins } from '../../src/plugin-host/bundled-plugins.ts';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import { pluginFromClass } from '../../src/wire/plugin-class.ts';
import { runPlugin } from '../plugin-host/run-plugin.ts';

describe('example', () => {
  it('is found among the bundled plugins, and may be repeated', async () => {
    await using host = createPluginHost();
    await host.load(`${bundledPlugins}/example`);
    expect(host.list().map(({ name, effect }) => [name, effect])).toEqual([
      ['example.cube', 'idempotent'],
      ['example.cubeclass', 'idempotent'],
      ['example.noop', 'idempotent'],
      ['example.sleep', 'idempotent'],
      ['example.square', 'idempotent'],
    ]);
    for (const { description } of host.list()) expect(description).toMatch(/^[A-Z].*\.$/);
    expect(await runPlugin(host.get('Example.Square'), { x: 5 })).toEqual({ result: 25 });
    expect(await runPlugin(host.get('example.cubeclass'), { x: 3 })).toEqual({ result: 27 });
  });

  it('squares, and refuses what is no number', async () => {
    expect(await runPlugin(square, { x: -3 })).toEqual({ result: 9 });
    await expect(runPlugin(square, { x: '3' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(runPlugin(square)).rejects.toMatchObject({ fields: [{ path: 'x' }] });
  });

  it.each([
    ['a function', cube],
    ['a class', pluginFromClass(CubeClass)],
  ])('cubes as %s, 0 when nothing is given', async (_, plugin) => {
    expect(await runPlugin(plugin, { x: 3 })).toEqual({ result: 27 });
    expect(await runPlugin(plugin, {})).toEqual({ result: 0 });
  });

  it('does nothing', async () => {
    expect(await runPlugin(noop, { x: ['kept'] })).toEqual({ result: ['kept'] });
    expect(await runPlugin(noop)).toEqual({ result: null });
  });
});

const stopped = (): Promise<void> => Promise.reject(new Error('paused here'));

/** A context that notes what progress is reported. */
function listen(signal: AbortSignal, pausePoint = async () => {}) {
  const progress: number[] = [];
  const note = (percent: number): void => void progress.push(percent);
  return { progress, context: { signal, pausePoint, progress: note } };
}

describe('example.sleep', () => {
  it('reports progress from 0 to 100', async () => {
    const { progress, context } = listen(new AbortController().signal);
    expect(await runPlugin(sleep, { seconds: 0.05 }, context)).toEqual({ seconds: 0.05 });
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(100);
    expect(progress.toSorted((a, b) => a - b)).toEqual(progress);
    expect(progress.length).toBeGreaterThan(2);
  });

  it('ends at once when it is cancelled', async () => {
    const controller = new AbortController();
    const { progress, context } = listen(controller.signal);
    const sleeping = runPlugin(sleep, { seconds: 3_600 }, context);
    await expect.poll(() => progress).toEqual([0]);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stands still at its pause points', async () => {
    const { progress, context } = listen(new AbortController().signal, stopped);
    await expect(runPlugin(sleep, { seconds: 1 }, context)).rejects.toThrow('paused here');
    expect(progress).toEqual([0]);
  });

  it('sleeps one second unless told otherwise, and never a negative time', () => {
    expect(sleep.input.parse({})).toEqual({ seconds: 1 });
    expect(sleep.input.safeParse({ seconds: -1 }).success).toBe(false);
  });
});
