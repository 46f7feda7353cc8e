import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { savedFigure } from '../../../src/runners/report/save-figure.ts';
import type { FigureSink } from '../../../src/wire/summary-plots.ts';

const textOf = async (save: (sink: FigureSink) => unknown): Promise<string> => {
  const saved = await savedFigure({ save });
  return typeof saved === 'string' ? saved : new TextDecoder().decode(saved);
};

describe('savedFigure', () => {
  it('gives what was written, text and bytes in their order', async () => {
    const save = (sink: FigureSink): void => {
      sink.write('<svg>µ');
      sink.write(Buffer.from('</svg>'));
    };
    expect(await textOf(save)).toBe('<svg>µ</svg>');
  });

  it('waits for a promise, and for a sink that is ended later', async () => {
    const later = async (sink: FigureSink): Promise<void> => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      sink.write('later');
    };
    expect(await textOf(later)).toBe('later');
    const piped = (sink: FigureSink): unknown =>
      Readable.from(['pi', 'ped']).pipe(sink as unknown as Writable);
    expect(await textOf(piped)).toBe('piped');
  });

  it('takes what is given back when nothing was written', async () => {
    expect(await textOf(() => 'text')).toBe('text');
    expect(await textOf(async () => Buffer.from('bytes'))).toBe('bytes');
    const both = (sink: FigureSink): number => {
      sink.write('written');
      return 7;
    };
    expect(await textOf(both)).toBe('written');
  });

  it('keeps what was written from a buffer that is used again', async () => {
    const save = (sink: FigureSink): void => {
      const buffer = Buffer.from('one');
      sink.write(buffer);
      buffer.fill('x');
    };
    expect(await textOf(save)).toBe('one');
  });

  it('keeps the figure as `this` of its method', async () => {
    const figure = { text: 'mine', save: (): string => '' };
    figure.save = function save(this: { text: string }): string {
      return this.text;
    };
    expect(await savedFigure(figure)).toBe('mine');
  });

  it.each([
    ['nothing', () => undefined, 'it wrote nothing'],
    ['an object', () => ({}), 'it wrote nothing'],
    [
      'an error',
      () => {
        throw new Error('no renderer');
      },
      'no renderer',
    ],
    ['a rejection', async () => Promise.reject(new Error('no renderer')), 'no renderer'],
    ['what is no chunk', (sink: FigureSink) => sink.write(5 as never), 'chunk'],
  ])('fails for %s', async (_, save, problem) => {
    await expect(savedFigure({ save })).rejects.toThrow(problem);
  });

  it('fails when the sink is broken, and for a figure without end', async () => {
    const broken = (sink: FigureSink): FigureSink => {
      (sink as Writable).destroy(new Error('broken'));
      return sink;
    };
    await expect(savedFigure({ save: broken })).rejects.toThrow('broken');
    const chunk = Buffer.alloc(2 ** 26);
    const endless = (sink: FigureSink): void => {
      for (let part = 0; part < 3; part += 1) sink.write(chunk);
    };
    await expect(savedFigure({ save: endless })).rejects.toThrow('larger than');
  });

  it('leaves alone what is written after the end', async () => {
    let late: FigureSink | null = null;
    const save = (sink: FigureSink): void => {
      late = sink;
      sink.write('whole');
    };
    expect(await textOf(save)).toBe('whole');
    (late as FigureSink | null)?.write('late');
    await new Promise<void>((resolve) => setImmediate(resolve));
  });
});
