import type { z } from 'zod';
import { pstRequestSchema } from './pst-request.ts';
import { compareVersions, versionOf, versionText } from './request-version.ts';
import type { InterfaceName, RequestVersion } from './request-version.ts';

/** The schema of some versions of a request. */
export interface RequestSchema<TSchema extends z.ZodType = z.ZodType> {
  /**
   * What stands before the version in a request's `interface`: the whole of it, or its last part,
   * `ska-csp-configure`.
   */
  readonly interface: string;
  /** The first version that it holds for, such as `2.3`. */
  readonly from: string;
  /**
   * The first version that it holds for no more.
   *
   * @defaultValue none: it holds for all later ones
   */
  readonly before?: string;
  /** Made of `z.object`, so that fields it does not name are kept, told of, or refused. */
  readonly schema: TSchema;
}

/** A request that one of `TSchemas` describes, its defaults filled in. */
export type RequestOf<TSchemas extends readonly RequestSchema[]> = z.output<
  TSchemas[number]['schema']
>;

/**
 * The requests known here: the configuration of a pulsar-timing beam of the SKA, from 2.3 on. Version
 * 3 has another layout.
 */
export const skaRequestSchemas = [
  { interface: 'ska-csp-configure', from: '2.3', before: '3.0', schema: pstRequestSchema },
] as const satisfies readonly RequestSchema[];

const lastPart = (base: string): string => base.slice(base.lastIndexOf('/') + 1);

const isOf = (schema: RequestSchema, { base }: InterfaceName): boolean =>
  schema.interface === (schema.interface.includes('/') ? base : lastPart(base));

const holdsFor = ({ from, before }: RequestSchema, version: RequestVersion): boolean =>
  compareVersions(versionOf('from', from), version) <= 0 &&
  (before === undefined || compareVersions(version, versionOf('before', before)) < 0);

const oldestOf = (schemas: readonly RequestSchema[]): RequestVersion | undefined =>
  schemas.map(({ from }) => versionOf('from', from)).toSorted(compareVersions)[0];

/** A schema for an interface, or why there is none. */
export type FoundSchema<TSchema extends RequestSchema> =
  | { readonly found: TSchema; readonly problem?: undefined }
  | { readonly found: null; readonly problem: string };

/** The first schema that holds for a request of this interface and version. */
export function findSchema<TSchema extends RequestSchema>(
  schemas: readonly TSchema[],
  name: InterfaceName,
): FoundSchema<TSchema> {
  const ofInterface = schemas.filter((schema) => isOf(schema, name));
  const found = ofInterface.find((schema) => holdsFor(schema, name));
  if (found !== undefined) return { found };
  const oldest = oldestOf(ofInterface);
  const wanted = versionText(name);
  if (oldest === undefined) {
    return {
      found: null,
      problem: `Interface ${name.base} is not known. Known are ${rangesOf(schemas)}; give others with \`schemas\`.`,
    };
  }
  const problem =
    compareVersions(name, oldest) < 0
      ? `Version ${wanted} should be >= ${versionText(oldest)}`
      : `Version ${wanted} is not known. Known are ${rangesOf(ofInterface)}; give others with \`schemas\`.`;
  return { found: null, problem };
}

/** What is told of a request without a version. */
export function versionMissing(schemas: readonly RequestSchema[]): string {
  const oldest = oldestOf(schemas);
  const isOneInterface = new Set(schemas.map((schema) => schema.interface)).size === 1;
  return isOneInterface && oldest !== undefined
    ? `Version not found. It should be >= ${versionText(oldest)}`
    : `Version not found. It should be one of ${rangesOf(schemas)}`;
}

const rangesOf = (schemas: readonly RequestSchema[]): string =>
  schemas.length === 0
    ? 'none'
    : schemas
        .map(
          ({ interface: name, from, before }) =>
            `${name} >= ${from}${before === undefined ? '' : ` and < ${before}`}`,
        )
        .join(', ');

/** An `interface` that would be known; for people to go by. */
export const exampleInterface = ([first]: readonly RequestSchema[]): string =>
  first === undefined
    ? 'https://schema.example.org/request/1.0'
    : `${first.interface.includes('/') ? '' : 'https://schema.skao.int/'}${first.interface}/${first.from}`;
