import { secretWord } from '../wire/secret-fields.ts';

/** Names of variables that may hold a secret. One too many is better than one too few. */
const secretName =
  /KEY|TOKEN|SECRET|PASS|CRED|AUTH|COOKIE|SESSION|DSN|JWT|PRIVATE|SIGNATURE|CONN(?:ECTION)?_?STR|_PWD$/i;

/** Who is let in by a URL, such as `postgres://reader:word@host`. */
const urlCredentials = /:\/\/[^\s/]+@/g;

/** A secret that is named where it stands, such as `…;Password=word` or `?token=word`. */
const namedSecrets =
  /((?:password|passwd|pwd|secret|token|apikey|api_key|access_key)["']?\s*[=:]\s*)["']?[^\s;&,"']+/gi;

const publicValue = (value: string): string =>
  value
    .replaceAll(urlCredentials, `://${secretWord}@`)
    .replaceAll(namedSecrets, (_, name: string) => `${name}${secretWord}`);

/** An environment as anybody may see it, sorted by name: the secrets in it are a word each. */
export function publicEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(variables).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, secretName.test(name) ? secretWord : publicValue(value)] as const];
  });
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
