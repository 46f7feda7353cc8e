import { describe, expect, it } from 'vitest';
import { drawFigure } from '../../../src/runners/report/drawn-figure.ts';

const namespace = 'xmlns="http://www.w3.org/2000/svg"';

const svgOf = (figure: string | Uint8Array): string => {
  const drawn = drawFigure(figure);
  if (drawn?.kind !== 'image') return expect.fail(`drawn as ${drawn?.kind}`);
  expect(drawn.mediaType).toBe('image/svg+xml');
  return new TextDecoder().decode(drawn.bytes);
};

describe('drawFigure', () => {
  it.each([
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]],
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0, 0]],
    ['image/gif', [...Buffer.from('GIF89a'), 1]],
    ['image/webp', [...Buffer.from('RIFF\x01\x02\x03\x04WEBPVP8 ')]],
  ])('knows the bytes of %s', (mediaType, given) => {
    const bytes = Uint8Array.from(given);
    expect(drawFigure(bytes)).toEqual({ kind: 'image', mediaType, bytes });
  });

  it.each([
    [`<svg ${namespace}/>`],
    [`  <!-- a > b --><!-- c -->\n<svg ${namespace} width="3"><g/></svg>`],
    [
      `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [<!ENTITY a "b">]><svg ${namespace}/>`,
    ],
  ])('takes a text as SVG as it is: %s', (text) => {
    expect(svgOf(text)).toBe(text);
    expect(svgOf(Buffer.from(text))).toBe(text);
  });

  it('gives an SVG the namespaces that HTML does without', () => {
    expect(svgOf('<svg><use xlink:href="#a"/></svg>')).toBe(
      `<svg ${namespace} xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="#a"/></svg>`,
    );
  });

  it('takes the encoding off an SVG that is a text by now', () => {
    const text = `\uFEFF<?xml version="1.0" encoding="ISO-8859-1"?>\n<svg ${namespace}>µ</svg>`;
    expect(svgOf(text)).toBe(`\n<svg ${namespace}>µ</svg>`);
  });

  it.each([
    ['<!doctype html><title>t</title>'],
    ['text with <b>markup</b>'],
    ['<div><svg/></div>'],
    ['<svgs/>'],
    ['<!-- no end <svg/>'],
  ])('takes other markup as HTML: %s', (html) => {
    expect(drawFigure(html)).toEqual({ kind: 'html', html });
    expect(drawFigure(Buffer.from(html))).toEqual({ kind: 'html', html });
  });

  it.each([[''], ['spectrum.png'], ['1 < 2'], ['data:image/png;base64,AAAA'], ['\uFEFF']])(
    'takes a text without markup for nothing: %j',
    (text) => {
      expect(drawFigure(text)).toBeNull();
    },
  );

  it.each([[[]], [[0, 1, 2]], [[0x89, 0x50]], [[0xff, 0xfe, 0x3c, 0x00]]])(
    'takes bytes that are no picture and no text for nothing: %j',
    (bytes) => {
      expect(drawFigure(Uint8Array.from(bytes))).toBeNull();
    },
  );

  it('is quick with a text made to be slow', () => {
    const comments = `${'<!-- --> '.repeat(20_000)}<p>`;
    expect(drawFigure(comments)).toEqual({ kind: 'html', html: comments });
    expect(drawFigure('<!--'.repeat(50_000))).toMatchObject({ kind: 'html' });
  });
});
