import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const program = 'test/fixtures/host/run-engine.ts';

const three = [1, 4, 9];

describe('the process that holds an engine', () => {
  it.each([
    ['plain', three],
    ['a logger that throws', [16, three]],
    ['listeners that throw', [16, three]],
    ['plugins that throw what is no error', Array.from({ length: 7 }, () => 'failed')],
    ['plugins with promises of their own', ['completed', 1]],
    ['plugins that do not wait for what they ask', 'cancelled'],
    ['promises of handles that nobody awaits', 'cancelled'],
    ['an actor that fails', 'failed'],
    [
      'tasks that are pending, held, delayed and running when it closes',
      ['cancelled', 'cancelled', 'cancelled', 'cancelled'],
    ],
    ['a store that cannot be opened', 'Error: of the host’s making'],
  ])('ends by itself, with nothing left, after %s', async (scene, saw) => {
    const { exitCode, signal, stdout, stderr } = await execa(
      process.execPath,
      ['--import', 'tsx', program, scene],
      { reject: false, timeout: 20_000 },
    );
    expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: undefined, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ saw, left: [] });
  });

  it('lives as long as an abandoned plugin does, and ends by itself then', async () => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      ['--import', 'tsx', program, 'an abandoned plugin that fails at last'],
      { reject: false, timeout: 20_000 },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ saw: 'nobody' });
  });
});
