import { describe, expect, it } from 'vitest';
import { EnvironmentRecord } from '../../src/engine/environment-record.ts';
import { publicEnvironment } from '../../src/engine/public-environment.ts';

describe('publicEnvironment', () => {
  it('keeps what is no secret, sorted by name', () => {
    const plain = { HOME: '/home/op', LANG: 'C', PATH: '/bin:/usr/bin', PWD: '/work', USER: 'op' };
    expect(Object.entries(publicEnvironment({ ...plain, NONE: undefined }))).toEqual(
      Object.entries(plain),
    );
    const { HOME, ...rest } = plain;
    expect(Object.keys(publicEnvironment({ ...rest, HOME }))).toEqual(Object.keys(plain));
  });

  it.each([
    'RUNSTATE_KEY',
    'GITHUB_TOKEN',
    'client_secret',
    'PGPASSWORD',
    'MYSQL_PWD',
    'SSH_PASSPHRASE',
    'AWS_SECRET_ACCESS_KEY',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'NPM_AUTH',
    'SESSION_ID',
    'COOKIE_JAR',
    'SENTRY_DSN',
    'DB_CONNECTION_STRING',
    'PRIVATE_FILE',
  ])('leaves the value of %s out', (name) => {
    expect(publicEnvironment({ [name]: 'hush' })).toEqual({ [name]: '[secret]' });
  });

  it.each([
    ['postgres://reader:word@db:5432/runs', 'postgres://[secret]@db:5432/runs'],
    ['https://word@example.org/a@b', 'https://[secret]@example.org/a@b'],
    ['redis://:p@ss@h/0,redis://x:y@i', 'redis://[secret]@h/0,redis://[secret]@i'],
    ['Server=db;Uid=op;Pwd=word;Port=1', 'Server=db;Uid=op;Pwd=[secret];Port=1'],
    ['https://x.org/hook?token=word&a=1', 'https://x.org/hook?token=[secret]&a=1'],
    ['{"user":"op","password":"word"}', '{"user":"op","password":[secret]"}'],
    ['http://example.org/a', 'http://example.org/a'],
    ['op@example.org', 'op@example.org'],
  ])('takes the secret out of %s', (value, shown) => {
    expect(publicEnvironment({ URL: value })).toEqual({ URL: shown });
  });
});

describe('EnvironmentRecord', () => {
  it('has one key for the same variables, and another for others', () => {
    const keyOf = (environment: NodeJS.ProcessEnv): string | null => {
      const record = new EnvironmentRecord(true);
      record.capture(environment);
      return record.key;
    };
    const key = keyOf({ A: '1', B: '2', MY_TOKEN: 'one' });
    expect(keyOf({ MY_TOKEN: 'two', B: '2', A: '1' })).toBe(key);
    expect(keyOf({ A: '1' })).not.toBe(key);
  });

  it('gives the row to commit, and what attempts say of it', () => {
    const record = new EnvironmentRecord(true);
    expect(record.stamp).toEqual({});
    const rows = record.capture({ A: '1' });
    expect(rows).toEqual([{ kind: 'environment', key: record.key, variables: { A: '1' } }]);
    expect(record.stamp).toEqual({ environment: record.key });
  });

  it('takes nothing down when none is wanted', () => {
    const record = new EnvironmentRecord(false);
    expect(record.capture({ A: '1' })).toEqual([]);
    expect(record.stamp).toEqual({});
  });
});
