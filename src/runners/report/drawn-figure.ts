import { isUint8Array } from 'node:util/types';

/** A figure as a page can show it. */
export type DrawnFigure =
  /** SVG among them: shown as an image, nothing in it runs or is fetched. */
  | { readonly kind: 'image'; readonly mediaType: string; readonly bytes: Uint8Array }
  | { readonly kind: 'html'; readonly html: string };

/** Takes out of a text what nobody is to read. */
export type CleanText = (text: string) => string;

const startsWith = (bytes: Uint8Array, start: readonly number[], from = 0): boolean =>
  start.every((byte, index) => bytes[from + index] === byte);

const ascii = (text: string): readonly number[] => [...Buffer.from(text, 'latin1')];

/** How pictures that browsers show begin. */
const pictures: readonly (readonly [mediaType: string, isIt: (bytes: Uint8Array) => boolean])[] = [
  ['image/png', (bytes) => startsWith(bytes, [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a])],
  ['image/jpeg', (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff])],
  ['image/gif', (bytes) => startsWith(bytes, ascii('GIF8'))],
  [
    'image/webp',
    (bytes) => startsWith(bytes, ascii('RIFF')) && startsWith(bytes, ascii('WEBP'), 8),
  ],
];

/** What an image needs to say, and the text that shows that it is needed. */
const svgNamespaces = [
  ['<svg', 'xmlns', 'http://www.w3.org/2000/svg'],
  ['xlink:', 'xmlns:xlink', 'http://www.w3.org/1999/xlink'],
] as const;

/** What may stand before the root of an SVG document; each is looked for where the last one ended. */
const prologue = [
  /\s+/y,
  /<\?[^>]*>/y,
  /<!--[^]*?-->/y,
  /<!doctype\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>/iy,
];

function rootOf(text: string): number {
  let at = 0;
  const skip = (part: RegExp): boolean => {
    part.lastIndex = at;
    const found = part.exec(text);
    at += found?.[0].length ?? 0;
    return found !== null;
  };
  while (prologue.some(skip));
  return at;
}

/**
 * The SVG document in a text, ready to be shown as an image: without a declaration of an encoding,
 * which is UTF-8 from here on, and with the namespaces that HTML does without. Null when there is none.
 */
function svgOf(text: string): string | null {
  const tag = /<svg(?=[\s/>])[^>]*/y;
  tag.lastIndex = rootOf(text);
  const found = tag.exec(text);
  if (found === null) return null;
  const missing = svgNamespaces
    .filter(([use, name]) => text.includes(use) && !found[0].includes(`${name}=`))
    .map(([, name, url]) => ` ${name}="${url}"`);
  const at = found.index + '<svg'.length;
  const whole = text.slice(0, at) + missing.join('') + text.slice(at);
  return whole.replace(/^\s*<\?xml[^>]*>/, '');
}

function drawText(given: string, cleaned: CleanText): DrawnFigure | null {
  const text = cleaned(given.replace(/^\uFEFF/, ''));
  const svg = svgOf(text);
  if (svg !== null) {
    return { kind: 'image', mediaType: 'image/svg+xml', bytes: Buffer.from(svg) };
  }
  return /<[a-z!]/i.test(text) ? { kind: 'html', html: text } : null;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * A figure's text or bytes as a page can show them, its text `cleaned`; null when they are nothing
 * that it can show.
 */
export function drawFigure(
  figure: string | Uint8Array,
  cleaned: CleanText = (text) => text,
): DrawnFigure | null {
  if (!isUint8Array(figure)) return drawText(figure, cleaned);
  const picture = pictures.find(([, isIt]) => isIt(figure));
  if (picture !== undefined) return { kind: 'image', mediaType: picture[0], bytes: figure };
  const text = textOf(figure);
  return text === null ? null : drawText(text, cleaned);
}
