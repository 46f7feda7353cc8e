import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { condition, createEngine, definePlugin } from '../../src/index.ts';
import type { Condition, Requirement } from '../../src/index.ts';
import type {
  AttributeNotification,
  AttributeValue,
  DeviceProxy,
} from '../../src/kernel/device-proxy.ts';

const named = { name: 'a' } as const;
declare const device: DeviceProxy;
declare const numbers: Observable<number>;
declare const told: Observable<AttributeNotification<'OPEN' | 'CLOSED'>>;

describe('condition', () => {
  it('hands the predicate what a function gives, or promises, or tells', () => {
    const made = condition(
      () => 1,
      (value) => {
        expectTypeOf(value).toEqualTypeOf<number>();
        return value === 1;
      },
      named,
    );
    expectTypeOf(made).toEqualTypeOf<Condition>();
    condition(
      async () => ({ current: 200 }),
      (value) => {
        expectTypeOf(value).toEqualTypeOf<{ current: number }>();
        return value.current > 100;
      },
      named,
    );
    condition(
      () => numbers,
      (value) => {
        expectTypeOf(value).toEqualTypeOf<number>();
        return value > 0;
      },
      named,
    );
    condition(
      numbers,
      (value) => {
        expectTypeOf(value).toEqualTypeOf<number>();
        return value > 0;
      },
      named,
    );
  });

  it('hands it the value of an attribute, however that is had', () => {
    condition(
      told,
      (value) => {
        expectTypeOf(value).toEqualTypeOf<'OPEN' | 'CLOSED'>();
        return value === 'CLOSED';
      },
      named,
    );
    condition(
      async (): Promise<AttributeValue<number>> => ({}) as never,
      (value) => {
        expectTypeOf(value).toEqualTypeOf<number>();
        return value > 1;
      },
      named,
    );
    condition(
      device.subscribe('Position'),
      (value) => {
        expectTypeOf(value).toBeUnknown();
        return value === 'CLOSED';
      },
      named,
    );
    condition(
      ({ signal }) => device.read('Position', { signal }),
      (value) => {
        expectTypeOf(value).toBeUnknown();
        return value === 'CLOSED';
      },
      named,
    );
  });

  it('takes a predicate that answers at once, and options that it knows', () => {
    const isOne = (value: number): boolean => value === 1;
    const isOneLater = async (value: number): Promise<boolean> => value === 1;
    const one = (): number => 1;
    condition(one, isOne, named);
    // @ts-expect-error -- A promise is never true.
    condition(one, isOneLater, named);
    // @ts-expect-error -- It has a name.
    condition(one, isOne, {});
    const stop = { name: 'a', during: 'stop' } as const;
    // @ts-expect-error -- There is no such thing to do.
    condition(one, isOne, stop);
  });
});

describe('requires', () => {
  const beamOn = condition(
    () => 200,
    (current) => current > 100,
    { name: 'beam on' },
  );

  it('takes conditions and names, in plugins and submissions', () => {
    const plugin = definePlugin({
      name: 'test.scan',
      requires: [beamOn, 'door closed'],
      process: () => 1,
    });
    const engine = createEngine({ conditions: [beamOn] });
    expectTypeOf(() =>
      engine.submit(plugin, undefined, { requires: ['door closed', beamOn] }),
    ).returns.toHaveProperty('id');
    expectTypeOf(plugin.requires).toEqualTypeOf<readonly Requirement[] | undefined>();
    // @ts-expect-error -- It is a list.
    expectTypeOf(() => engine.submit(plugin, undefined, { requires: beamOn }));
  });
});
