import { describe, expect, it } from 'vitest';
import type { DrawnFigure } from '../../../src/runners/report/drawn-figure.ts';
import { reportPage } from '../../../src/runners/report/report-page.ts';
import type { PageFigure, ReportPage } from '../../../src/runners/report/report-page.ts';

const image: DrawnFigure = { kind: 'image', mediaType: 'image/png', bytes: Buffer.from('png') };

const pageOf = (figures: readonly PageFigure[], more: Partial<ReportPage> = {}): string =>
  reportPage({
    parts: ['scans', 'motor'],
    figures,
    origin: { taskId: 12, attempt: 1, plugin: 'nmr.reduce' },
    at: Date.UTC(2026, 6, 30, 14, 3, 5),
    ...more,
  });

describe('reportPage', () => {
  it('says what it is, where it comes from and when', () => {
    const page = pageOf([{ title: null, drawn: image }]);
    expect(page).toContain('<title>scans › motor</title>');
    expect(page).toContain('<p class="tabs">scans</p>');
    expect(page).toContain('<h1>motor</h1>');
    expect(page).toContain('<dt>task</dt><dd>12</dd>');
    expect(page).toContain('<dt>plugin</dt><dd>nmr.reduce</dd>');
    expect(page).toContain(
      '<time datetime="2026-07-30T14:03:05.000Z">2026-07-30 14:03:05 UTC</time>',
    );
    expect(page).not.toContain('attempt');
    expect(pageOf([], { origin: { taskId: 1, attempt: 2, plugin: 'p' } })).toContain(
      '<dt>attempt</dt><dd>2</dd>',
    );
  });

  it('holds its figures itself, and asks nobody for anything', () => {
    const html = '<img src="https://example.org/x.png">';
    const page = pageOf([
      { title: 'a picture', drawn: image },
      { title: 'a plot', drawn: { kind: 'html', html } },
    ]);
    const cGJn = Buffer.from('png').toString('base64');
    expect(page).toContain(`<img alt="a picture" src="data:image/png;base64,${cGJn}">`);
    expect(page).toContain('<figcaption>a plot</figcaption>');
    expect(page).toContain("default-src 'none'");
    const outside = page.match(/(?:src|href)="(?!data:)[^"]*"/g);
    expect(outside).toBeNull();
    // The policy is read before anything that it is to hold back.
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style'));
  });

  it('keeps the scripts of HTML figures in a sandbox without an origin', () => {
    const html = '"><script>alert("1 & 2")</script>';
    const page = pageOf([{ title: null, drawn: { kind: 'html', html } }]);
    expect(page).toContain('sandbox="allow-scripts"');
    expect(page).not.toContain('allow-same-origin');
    expect(page).not.toContain(html);
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;');
    expect(page.match(/<script>/g)).toHaveLength(1);
  });

  it('has no script where no figure needs one', () => {
    expect(pageOf([{ title: 'x', drawn: image }])).not.toContain('<script');
  });

  it('shows titles and names as text, whatever they hold', () => {
    const nasty = `</title><img src=x onerror='alert(1)'>"&`;
    const page = pageOf([{ title: nasty, drawn: image }], {
      parts: [nasty, nasty],
      origin: { taskId: 1, attempt: 1, plugin: nasty },
    });
    expect(page).not.toContain('<img src=x');
    expect(
      page.match(/&lt;\/title&gt;&lt;img src=x onerror=&#39;alert\(1\)&#39;&gt;&quot;&amp;/g),
    ).toHaveLength(7);
  });

  it('gives an HTML fragment a style, and a page its own', () => {
    const styled = (html: string): boolean =>
      pageOf([{ title: null, drawn: { kind: 'html', html } }]).includes(
        'margin: 1rem; }&lt;/style',
      );
    expect(styled('<p>text</p>')).toBe(true);
    expect(styled('<header>text</header>')).toBe(true);
    expect(styled('<!doctype html><p>text')).toBe(false);
    expect(styled('<html lang="en"><p>text')).toBe(false);
  });
});
