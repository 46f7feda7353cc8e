/** A program that is not ours and that tests talk to. */
export interface RealPart {
  readonly name: string;
  /** Files that are there when it is. */
  readonly files: readonly string[];
  /** A command that ends with 0 when it is there, where files cannot tell. */
  readonly probe?: readonly [file: string, ...args: string[]];
  /** What to install on Debian 12. */
  readonly packages: readonly string[];
}

const partNames = ['python3-tango', 'tango-test', 'tango-db', 'tango-accesscontrol'] as const;

export type RealPartName = (typeof partNames)[number];

const table: Readonly<Record<RealPartName, Omit<RealPart, 'name'>>> = {
  // Another Python on the PATH does not see the modules of Debian's.
  'python3-tango': {
    files: [],
    probe: ['/usr/bin/python3', '-c', 'import tango'],
    packages: ['python3-tango'],
  },
  'tango-test': { files: ['/usr/lib/tango/TangoTest'], packages: ['tango-test'] },
  'tango-db': {
    files: [
      '/usr/lib/tango/DataBaseds',
      '/usr/share/tango-db/create_db_tables.sql',
      '/usr/share/dbconfig-common/data/tango-db/install/mysql',
      '/usr/sbin/mariadbd',
      '/usr/bin/mariadb-install-db',
    ],
    packages: ['tango-db', 'mariadb-server'],
  },
  'tango-accesscontrol': {
    files: ['/usr/lib/tango/TangoAccessControl'],
    packages: ['tango-accesscontrol'],
  },
};

/** The parts that tests name in `describeWith`; which suites need one is read from the tests. */
export const realParts: readonly RealPart[] = partNames.map((name) => ({ name, ...table[name] }));
