import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { skaRequestSchemas, validateRequest } from '../../src/index.ts';

const exposure = z.object({ exposureMs: z.number().default(100), note: z.string().optional() });
const own = { interface: 'beam-exposure', from: '1.0', schema: exposure };

describe('validateRequest', () => {
  it('gives the request of the SKA, with defaults', () => {
    const { common, pst } = validateRequest('{}');
    expectTypeOf(common.eb_id).toEqualTypeOf<string>();
    expectTypeOf(pst.scan.coordinates.equinox).toEqualTypeOf<number>();
    expectTypeOf(pst.scan.feed_polarization).toEqualTypeOf<'LIN' | 'CIRC'>();
    expectTypeOf(pst.scan.itrf).toEqualTypeOf<[number, number, number]>();
  });

  it("gives what a facility's own schema says", () => {
    const request = validateRequest({}, { schemas: [own] });
    expectTypeOf(request.exposureMs).toEqualTypeOf<number>();
    // @ts-expect-error the section of another interface
    void request.pst;
  });

  it('gives either where both are known', () => {
    const request = validateRequest({}, { schemas: [...skaRequestSchemas, own] });
    if ('pst' in request) expectTypeOf(request.pst.scan.source).toEqualTypeOf<string>();
    else expectTypeOf(request.exposureMs).toEqualTypeOf<number>();
  });

  it('takes a strictness by number or by word', () => {
    validateRequest({}, { strictness: 0 });
    validateRequest({}, { strictness: 'strict' });
    // @ts-expect-error there are three
    validateRequest({}, { strictness: 3 });
    // @ts-expect-error there is no such word
    validateRequest({}, { strictness: 'lax' });
  });
});
