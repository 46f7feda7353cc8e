import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/wire/plugin.ts';
import { secret } from '../../src/wire/secret-fields.ts';

describe('secret', () => {
  it('changes nothing of a schema’s type', () => {
    const password = secret(z.string().min(8));
    expectTypeOf(password).toEqualTypeOf<z.ZodString>();
    definePlugin({
      name: 'test.login',
      input: z.object({ password, pin: secret(z.number()).optional() }),
      process: ({ input }) => {
        expectTypeOf(input.password).toEqualTypeOf<string>();
        expectTypeOf(input.pin).toEqualTypeOf<number | undefined>();
      },
    });
  });
});
