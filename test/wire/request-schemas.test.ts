import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pstScanSchema, skaRequestSchemas, validateRequest } from '../../src/index.ts';
import { refusalOf, velaRequest } from '../support/pst-request.ts';
import type { Fields } from '../support/pst-request.ts';

describe('schemas', () => {
  const first = z.object({ interface: z.string(), exposureMs: z.number().default(100) });
  const second = first.extend({ frames: z.int() });
  const schemas = [
    { interface: 'beam-exposure', from: '1.0', before: '2.0', schema: first },
    { interface: 'beam-exposure', from: '2.0', schema: second },
  ] as const;
  const exposure = (version: string, fields: Fields = {}): Fields => ({
    interface: `https://facility.example.org/beam-exposure/${version}`,
    ...fields,
  });

  it('are chosen by interface and version', () => {
    expect(validateRequest(exposure('1.7'), { schemas })).toMatchObject({ exposureMs: 100 });
    expect(refusalOf(exposure('2.0'), { schemas }).fields).toMatchObject([{ path: 'frames' }]);
    expect(validateRequest(exposure('11.0', { frames: 3 }), { schemas })).toMatchObject({
      frames: 3,
    });
  });

  it('have their own oldest version in what is told', () => {
    expect(refusalOf(exposure('0.9'), { schemas }).message).toBe('Version 0.9 should be >= 1.0');
    expect(refusalOf({}, { schemas }).message).toBe('Version not found. It should be >= 1.0');
  });

  it('stand beside those of the SKA', () => {
    const both = { schemas: [...skaRequestSchemas, ...schemas] };
    expect(validateRequest(velaRequest, both)).toHaveProperty('pst');
    expect(validateRequest(exposure('1.0'), both)).toHaveProperty('exposureMs');
    expect(refusalOf({}, both).message).toContain('ska-csp-configure >= 2.3 and < 3.0');
  });

  it('may name an interface with its host, which then has to be that one', () => {
    const own = { interface: 'https://facility.example.org/beam', from: '1.0', schema: first };
    const at = (host: string) => ({ interface: `https://${host}/beam/1.0` });
    expect(validateRequest(at('facility.example.org'), { schemas: [own] })).toBeDefined();
    expect(refusalOf(at('other.example.org'), { schemas: [own] }).message).toContain('not known');
  });

  it('may hold the section of a beam elsewhere', () => {
    const beams = z.object({
      interface: z.string(),
      beams: z.array(z.object({ beam_id: z.int(), scan: pstScanSchema })),
    });
    const own = { interface: 'beams', from: '3.2', schema: beams };
    const { scan } = velaRequest.pst;
    const request = {
      interface: 'https://facility.example.org/beams/3.2',
      beams: [{ beam_id: 1, scan: { ...scan, gain: 3 } }],
    };
    expect(validateRequest(request, { schemas: [own] }).beams[0]?.scan.coordinates.equinox).toBe(
      2000,
    );
    expect(refusalOf(request, { schemas: [own], strictness: 'strict' }).fields).toMatchObject([
      { path: 'beams[0].scan.gain' },
    ]);
  });

  it('that do not work are a mistake of who gave them', () => {
    const own = (schema: z.ZodType, from = '1.0') => ({ interface: 'x', from, schema });
    const request = { interface: 'a/x/1.0' };
    const refused = expect.objectContaining({ code: 'INVALID_OPTION' }) as Error;
    const slow = z.object({}).refine(() => Promise.resolve(true));
    expect(() => validateRequest(request, { schemas: [own(slow)] })).toThrow(refused);
    expect(() => validateRequest(request, { schemas: [own(first, 'one')] })).toThrow(refused);
  });
});
