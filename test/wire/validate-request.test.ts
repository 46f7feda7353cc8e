import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Strictness, validateRequest } from '../../src/index.ts';
import type { FieldProblem } from '../../src/index.ts';
import { changed, ofVersion, refusalOf, velaRequest } from '../support/pst-request.ts';

describe('validateRequest', () => {
  it('gives the request with its defaults filled in', () => {
    const { pst, common } = validateRequest(velaRequest);
    expect(pst.scan.coordinates).toEqual({ ...velaRequest.pst.scan.coordinates, equinox: 2000 });
    expect(common).toEqual(velaRequest.common);
  });

  it('keeps the equinox that is given', () => {
    const coordinates = { ra: '08:35', dec: '-45.176', equinox: 1950 };
    const { pst } = validateRequest(changed('pst.scan.coordinates', coordinates));
    expect(pst.scan.coordinates).toEqual(coordinates);
  });

  it('takes JSON text', () => {
    expect(validateRequest(JSON.stringify(velaRequest))).toEqual(validateRequest(velaRequest));
  });

  it('leaves what was given as it was, and shares nothing with it', () => {
    const given = changed('cbf', { fsp: [{ fsp_id: 1 }] });
    const before = structuredClone(given);
    const request = validateRequest(given);
    request.pst.scan.receptors.push('SKA100');
    Object.assign(request.cbf ?? {}, { fsp: [] });
    expect(given).toEqual(before);
  });

  it('takes a frozen request', () => {
    const freeze = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    };
    const given = structuredClone(velaRequest);
    freeze(given);
    expect(validateRequest(given).pst.scan.source).toBe('J0835-4510');
  });

  it.each(['2.3', '2.4', '2.5', '2.10'])('takes version %s', (version) => {
    expect(validateRequest(ofVersion(version))).toMatchObject({ common: velaRequest.common });
  });

  it.each(['subarray', 'cbf', 'pss'])('wants no section %s, and keeps one', (section) => {
    expect(validateRequest(velaRequest)).not.toHaveProperty(section);
    const given = changed(section, { name: 'vela', list: [1, 2] });
    expect(validateRequest(given, { strictness: 'strict' })).toMatchObject({
      [section]: { name: 'vela', list: [1, 2] },
    });
  });

  describe('a request without a version that is known', () => {
    it.each([
      ['no interface', changed('interface', undefined)],
      ['an interface without a version', changed('interface', 'https://schema.skao.int/x')],
      ['words in place of a version', ofVersion('latest')],
      ['half a version', ofVersion('2')],
      ['an interface that is no text', changed('interface', 2.4)],
    ])('is refused for %s', (_, request) => {
      const { code, message, fields } = refusalOf(request);
      expect(code).toBe('INVALID_REQUEST');
      expect(message).toBe('Version not found. It should be >= 2.3');
      expect(fields).toMatchObject([{ path: 'interface' }]);
      expect(fields[0]?.message).toContain('https://schema.skao.int/ska-csp-configure/2.3');
    });

    it.each(['2.2', '2.0', '1.9', '0.1'])('is refused for version %s', (version) => {
      expect(refusalOf(ofVersion(version)).message).toBe(`Version ${version} should be >= 2.3`);
    });

    it('is refused for a later layout, which names those that are known', () => {
      const { message } = refusalOf(ofVersion('3.0'));
      expect(message).toMatch(/^Version 3\.0 is not known.*>= 2\.3 and < 3\.0/);
    });

    it('is refused for another interface', () => {
      const { message } = refusalOf(changed('interface', 'https://example.org/beam/2.4'));
      expect(message).toContain('https://example.org/beam is not known');
      expect(message).toContain('ska-csp-configure >= 2.3');
    });
  });

  it.each([
    ['pst.scan.bits_per_sample', 'sixteen', 'expected number', '"sixteen"'],
    ['pst.scan.bits_per_sample', 0, '>0', '0'],
    ['pst.scan.num_of_polarizations', 3, 'expected 2', '3'],
    ['pst.scan.centre_frequency', -1, '>0', '-1'],
    ['pst.scan.observation_mode', 'SEARCH', '"PULSAR_TIMING"', '"SEARCH"'],
    ['pst.scan.activation_time', 'tonight', 'ISO datetime', '"tonight"'],
    ['pst.scan.itrf', [1, 2], 'expected array to have >=3 items', '[1,2]'],
    ['pst.scan.oversampling_ratio', [3, 4], 'at least 1', '[3,4]'],
    ['pst.scan.coordinates.ra', 'north', 'sexagesimal', '"north"'],
    ['pst.scan.receptor_weights', [1], 'one for each of 3 receptors', '[1]'],
    ['pst.scan.num_rfi_frequency_masks', 1, 'expected 2', '1'],
    ['pst.scan.num_channelization_stages', 7, 'expected 2', '7'],
    ['pst.scan.feed_tracking_mode', 'XX', '"FA"', '"XX"'],
    ['common.subarray_id', 17, '<=16', '17'],
    ['common.frequency_band', '9', '"5a"', '"9"'],
    ['common.eb_id', '../../etc', 'letters, digits', '"../../etc"'],
  ])('names `%s`, what is expected and what it got (%j)', (path, value, expected, got) => {
    const { code, message, fields, cause } = refusalOf(changed(path, value));
    expect(code).toBe('INVALID_REQUEST');
    expect(message).toMatch(/^Validation /);
    expect(fields).toHaveLength(1);
    expect(fields[0]?.path).toBe(path);
    expect(fields[0]?.message).toContain(expected);
    expect(fields[0]?.message.endsWith(`got ${got}`)).toBe(true);
    expect(cause).toBeInstanceOf(z.ZodError);
  });

  it('names all bad fields at once, in lists too', () => {
    const request = changed('pst.scan.itrf', [1, 'two', 3]);
    const { fields, message } = refusalOf({ ...request, common: { config_id: '', eb_id: 'eb-1' } });
    expect(fields.map(({ path }) => path)).toEqual(['common.config_id', 'pst.scan.itrf[1]']);
    for (const { path } of fields) expect(message).toContain(`\`${path}\``);
  });

  it.each([undefined, '', null])('wants an execution block, not %j', (id) => {
    const { message, fields } = refusalOf(changed('common.eb_id', id));
    expect(message).toContain("expected 'eb_id' to be set in common section of request");
    expect(fields).toMatchObject([{ path: 'common.eb_id' }]);
  });

  it.each(['common', 'pst', 'pst.scan', 'pst.scan.source'])('wants `%s`', (path) => {
    expect(refusalOf(changed(path, undefined)).fields).toMatchObject([{ path }]);
  });

  it.each([
    ['{ "interface": ', 'is no JSON text'],
    ['[]', 'must be an object'],
    [null, 'must be an object'],
    [undefined, 'must be an object'],
    [changed('pst.scan.feed_angle', Number.NaN), '`pst.scan.feed_angle` is NaN'],
    ['{ "__proto__": {} }', 'prototype'],
  ])('refuses %j', (request, text) => {
    const { code, message } = refusalOf(request);
    expect(code).toBe('INVALID_REQUEST');
    expect(message).toMatch(/^Validation /);
    expect(message).toContain(text);
  });

  it('keeps what made JSON unreadable as its cause', () => {
    expect(refusalOf('{').cause).toBeInstanceOf(SyntaxError);
  });
});

describe('strictness', () => {
  const stages = [{ ...velaRequest.pst.scan.channelization_stages[0], window: 'hann' }];
  const given = {
    ...changed('pst.scan.num_channelization_stages', 1),
    site: { name: 'karoo' },
  } as unknown as typeof velaRequest & { site: object };
  Object.assign(given.pst.scan, { channelization_stages: stages });
  const unknown = ['pst.scan.channelization_stages[0].window', 'site'];

  it.each([Strictness.PERMISSIVE, Strictness.WARNING, 'permissive', 'warning', undefined] as const)(
    '%j keeps fields that are not known',
    (strictness) => {
      const request = validateRequest(given, strictness === undefined ? {} : { strictness });
      expect(request).toMatchObject({ site: { name: 'karoo' } });
      expect(request.pst.scan.channelization_stages).toEqual(stages);
    },
  );

  it.each([Strictness.STRICT, 'strict'] as const)('%j refuses them by name', (strictness) => {
    const { code, fields, message } = refusalOf(given, { strictness });
    expect(code).toBe('INVALID_REQUEST');
    expect(fields.map(({ path }) => path)).toEqual(unknown);
    expect(message).toContain('is no field that is known here, got "hann"');
  });

  it('tells of them when it is `warning`, and only then', () => {
    const told: FieldProblem[] = [];
    const onWarning = (problem: FieldProblem): void => void told.push(problem);
    validateRequest(given, { strictness: 'permissive', onWarning });
    validateRequest(velaRequest, { strictness: 'warning', onWarning });
    expect(told).toEqual([]);
    validateRequest(given, { strictness: 'warning', onWarning });
    expect(told.map(({ path }) => path)).toEqual(unknown);
  });

  it('takes a request without such fields when it is strict', () => {
    expect(validateRequest(velaRequest, { strictness: 2 })).toEqual(validateRequest(velaRequest));
  });

  it('is one of three', () => {
    expect(() => validateRequest(velaRequest, { strictness: 3 as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
