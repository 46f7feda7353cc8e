import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deferred } from '../../../src/kernel/deferred.ts';
import { AttemptPayloads } from '../../../src/runners/report/attempt-payloads.ts';
import type { FigureSink } from '../../../src/wire/summary-plots.ts';
import { definePlugin, secret } from '../../../src/plugin.ts';
import type { DefinedPlugin } from '../../../src/plugin.ts';

const svg = '<svg viewBox="0 0 1 1"/>';
const plots = (displayName: string, figures: unknown = svg) => ({ displayName, figures });

describe('AttemptPayloads', () => {
  let results = '';
  beforeEach(() => {
    results = mkdtempSync(join(tmpdir(), 'runstate-reports-'));
  });
  afterEach(() => rmSync(results, { recursive: true }));

  const open = ({
    input = null,
    definition = null,
  }: { input?: unknown; definition?: unknown } = {}) => {
    const told: unknown[] = [];
    const assignment = {
      taskId: 7,
      attempt: 1,
      plugin: { name: 'test.work', suspend: 'refuse', moduleUrl: null, definition },
      input,
      resumeFrom: undefined,
      teardownTimeoutMs: 1,
      resultsDirectory: results,
    } as const;
    return { told, payloads: new AttemptPayloads(assignment, (payload) => told.push(payload)) };
  };
  const pathOf = (name: string): string => join(results, name, 'report.html');
  const pageOf = (name: string): string => readFileSync(pathOf(name), 'utf8');

  it('tells what is no report at once, and waits for nothing', () => {
    const { told, payloads } = open();
    for (const value of ['text', [1, 2], { displayName: 'no figures' }, { figures: [] }, null]) {
      payloads.give(value);
    }
    expect(told).toEqual(['text', [1, 2], { displayName: 'no figures' }, { figures: [] }, null]);
    expect(payloads.written).toBeNull();
  });

  it('keeps the order in which payloads were given', async () => {
    const { told, payloads } = open();
    const slow = deferred<string>();
    payloads.give(plots('slow', { save: () => slow.promise }));
    payloads.give('second');
    payloads.give([plots('fast'), 3]);
    slow.resolve(svg);
    await payloads.written;
    expect(told).toEqual([pathOf('slow'), 'second', [pathOf('fast'), 3]]);
    expect(payloads.written).toBeNull();
    payloads.give('later');
    expect(told.at(-1)).toBe('later');
  });

  it('draws a page anew when it is given again, and tells it once', async () => {
    const { told, payloads } = open();
    payloads.give(plots('live', '<p>first</p>'));
    payloads.give(plots('live', '<p>second</p>'));
    await payloads.written;
    expect(told).toEqual([pathOf('live')]);
    expect(pageOf('live')).toContain('second');
    payloads.give([plots('live')]);
    await payloads.written;
    expect(told).toHaveLength(2);
  });

  it('takes figures as they are at the call', async () => {
    const { payloads } = open();
    const bytes = Buffer.from('<b>before</b>');
    let text = '<i>before</i>';
    payloads.give(plots('a', { bytes, saved: { save: (sink: FigureSink) => sink.write(text) } }));
    bytes.fill(' ');
    text = '<i>after</i>';
    await payloads.written;
    expect(pageOf('a')).toContain('&lt;b&gt;before');
    expect(pageOf('a')).toContain('&lt;i&gt;before');
  });

  it('shows one figure, several, and several by their titles', async () => {
    const { payloads } = open();
    payloads.give(plots('one'));
    payloads.give(plots('several', [svg, '<p>x</p>']));
    payloads.give(plots('titled', { 'a < b': svg, c: svg }));
    payloads.give(plots('single', [svg]));
    await payloads.written;
    const titles = (name: string): readonly (string | undefined)[] =>
      [...pageOf(name).matchAll(/<figcaption>(.*)<\/figcaption>/g)].map(([, title]) => title);
    expect(titles('one')).toEqual([]);
    expect(titles('single')).toEqual([]);
    expect(titles('several')).toEqual(['Figure 1', 'Figure 2']);
    expect(titles('titled')).toEqual(['a &lt; b', 'c']);
  });

  it.each([
    [[], 'The figures of report "bad" hold none'],
    [{}, 'The figures of report "bad" hold none'],
    [5, 'The figures of report "bad" hold none'],
    ['spectrum.png', 'The figure of report "bad" is none that a page can show'],
    [[svg, 7], 'Figure 2 of report "bad" must be SVG or HTML text'],
    [{ peaks: [svg] }, 'Figure 1 (peaks) of report "bad" must be SVG'],
    [{ a: svg, b: { save: () => '' } }, 'Figure 2 (b) of report "bad" is none'],
  ])('fails for figures that are none: %j', async (figures, problem) => {
    const { told, payloads } = open();
    payloads.give(plots('bad', figures));
    payloads.give('after');
    await expect(payloads.written).rejects.toMatchObject({
      code: 'REPORT_FIGURE_INVALID',
      message: expect.stringContaining(problem) as string,
    });
    expect(told).toEqual(['after']);
    expect(existsSync(pathOf('bad'))).toBe(false);
    expect(payloads.written).toBeNull();
  });

  it('refuses a bad name, a name given twice and what cannot be stored, at the call', () => {
    const { told, payloads } = open();
    const invalid = expect.objectContaining({ code: 'REPORT_NAME_INVALID' }) as Error;
    expect(() => payloads.give(plots('../x'))).toThrow(invalid);
    expect(() => payloads.give([plots('ok'), plots('/x')])).toThrow(invalid);
    expect(() => payloads.give([plots('Same'), plots('same')])).toThrow('was given twice');
    expect(() => payloads.give([plots('ok'), new Date()])).toThrow('payload[1]');
    expect(() => payloads.give({ nested: plots('deep', Buffer.from('x')) })).toThrow(
      'payload.nested.figures',
    );
    expect(told).toEqual([]);
    expect(payloads.written).toBeNull();
  });

  it('takes the secrets of the input out of texts and titles', async () => {
    const input = { user: 'op', word: 'open sesame' };
    const definition = definePlugin({
      name: 'test.work',
      input: z.object({ user: z.string(), word: secret(z.string()) }),
      process: () => null,
    });
    const { payloads } = open({ input, definition });
    payloads.give(
      plots('hushed', {
        'by open sesame': '<p>op says open sesame</p>',
        bytes: Buffer.from('<p>open sesame</p>'),
        svg: '<svg><text>open sesame</text></svg>',
      }),
    );
    await payloads.written;
    const page = pageOf('hushed');
    expect(page).not.toContain('open sesame');
    expect(page).toContain('op says [secret]');
    const [, drawn = ''] = /svg\+xml;base64,([^"]+)/.exec(page) ?? [];
    expect(Buffer.from(drawn, 'base64').toString()).toContain('<text>[secret]</text>');
  });

  it('gives up what is not written yet, and writes what comes after', async () => {
    const { told, payloads } = open();
    const late = deferred<string>();
    payloads.give(plots('late', { save: () => late.promise }));
    const written = payloads.written;
    const reason = new Error('stop');
    payloads.giveUp(reason);
    await expect(written).rejects.toBe(reason);
    payloads.give(plots('after'));
    late.resolve(svg);
    await payloads.written;
    expect(told).toEqual([pathOf('after')]);
    expect(existsSync(pathOf('late'))).toBe(false);
  });

  describe('readOutput', () => {
    const plugin = (output?: z.ZodType): DefinedPlugin =>
      definePlugin({
        name: 'test.work',
        ...(output === undefined ? {} : { output }),
        process: () => null,
      } as never);

    it.each([
      ['no schema', undefined],
      ['a text', z.string()],
      ['anything', z.unknown()],
    ])('replaces a report where the plugin has %s for its output', async (_, output) => {
      const { payloads } = open();
      expect(payloads.readOutput(plugin(output), plots('page'))).toBe(pathOf('page'));
      await payloads.written;
      expect(pageOf('page')).toContain('data:image/svg+xml');
    });

    it('replaces reports in a list', () => {
      const { payloads } = open();
      const value = payloads.readOutput(plugin(), [plots('a'), 1]);
      expect(value).toEqual([pathOf('a'), 1]);
    });

    it('leaves what the schema means as data', () => {
      const { payloads } = open();
      const schema = z.object({ displayName: z.string(), figures: z.array(z.string()) });
      const data = { displayName: 'a / b?', figures: ['a.png'] };
      expect(payloads.readOutput(plugin(schema), data)).toEqual(data);
      expect(payloads.written).toBeNull();
    });

    it('fails where the schema takes neither', () => {
      const { payloads } = open();
      const schema = z.object({ peaks: z.number() });
      expect(() => payloads.readOutput(plugin(schema), plots('a'))).toThrow(
        expect.objectContaining({ code: 'INVALID_OUTPUT' }) as Error,
      );
      expect(() => payloads.readOutput(plugin(z.string()), plots('../a'))).toThrow(
        expect.objectContaining({ code: 'REPORT_NAME_INVALID' }) as Error,
      );
    });
  });
});
