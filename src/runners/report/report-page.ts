import type { DrawnFigure } from './drawn-figure.ts';
import { fragmentStyle, frameContentScript, frameScript, reportStyle } from './report-style.ts';

/** A figure of a page; without a title it is only one of them. */
export interface PageFigure {
  readonly title: string | null;
  readonly drawn: DrawnFigure;
}

/** What a page says of where its figures come from. */
export interface ReportOrigin {
  readonly taskId: number;
  readonly attempt: number;
  readonly plugin: string;
}

/** All that a page shows. */
export interface ReportPage {
  /** The name's parts: tabs, then the page. */
  readonly parts: readonly string[];
  readonly figures: readonly PageFigure[];
  readonly origin: ReportOrigin;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * What the page and the HTML figures in it may load: nothing from outside. Frames inherit it, and are
 * sandboxed too: their scripts run, and reach neither the page nor the site that serves it.
 */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob: data:",
  "style-src 'unsafe-inline' data:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  'connect-src data: blob:',
  'worker-src blob: data:',
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

const isWholePage = (html: string): boolean => /<(?:!doctype|html|head|body)[\s>]/i.test(html);

function paper(drawn: DrawnFigure, title: string): string {
  if (drawn.kind === 'image') {
    const { mediaType, bytes } = drawn;
    const url = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
    return `<img alt="${escapeHtml(title)}" src="${url}">`;
  }
  const { html } = drawn;
  const whole = `${isWholePage(html) ? '' : fragmentStyle}${html}${frameContentScript}`;
  return `<iframe title="${escapeHtml(title)}" sandbox="allow-scripts" srcdoc="${escapeHtml(whole)}"></iframe>`;
}

function section({ title, drawn }: PageFigure, fallback: string): string {
  const caption = title === null ? '' : `<figcaption>${escapeHtml(title)}</figcaption>\n`;
  return `<figure>\n${caption}<div class="paper">${paper(drawn, title ?? fallback)}</div>\n</figure>`;
}

const fact = (name: string, value: string): string =>
  `<div><dt>${name}</dt><dd>${value}</dd></div>`;

function facts({ origin, at }: ReportPage): string {
  const iso = new Date(at).toISOString();
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return [
    fact('task', String(origin.taskId)),
    ...(origin.attempt === 1 ? [] : [fact('attempt', String(origin.attempt))]),
    fact('plugin', escapeHtml(origin.plugin)),
    fact('drawn', `<time datetime="${iso}">${shown}</time>`),
  ].join('\n');
}

/** A report as one HTML page that needs no other file and asks nobody for anything. */
export function reportPage(page: ReportPage): string {
  const { parts, figures } = page;
  const name = parts.at(-1) ?? '';
  const tabs = parts.slice(0, -1).map(escapeHtml).join(' › ');
  const sections = figures.map((figure, index) =>
    section(figure, figures.length === 1 ? name : `${name}, figure ${index + 1}`),
  );
  const hasFrames = figures.some(({ drawn }) => drawn.kind === 'html');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(parts.join(' › '))}</title>
<link rel="icon" href="data:,">
<style>${reportStyle}</style>${hasFrames ? `\n<script>${frameScript}</script>` : ''}
</head>
<body>
<header>
${tabs === '' ? '' : `<p class="tabs">${tabs}</p>\n`}<h1>${escapeHtml(name)}</h1>
<dl>
${facts(page)}
</dl>
</header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}
