import { execFileSync } from 'node:child_process';

/** The Debian packages that have the programs which tests run. */
export const PACKAGES = {
  promtool: 'prometheus',
  prometheus: 'prometheus',
  alertmanager: 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
  chromium: 'chromium',
  'redis-server': 'redis-server',
  postgres: 'postgresql',
  initdb: 'postgresql',
  'nats-server': 'nats-server',
} as const;

export type Program = keyof typeof PACKAGES;

export const PROGRAMS = Object.keys(PACKAGES) as Program[];

/** The tests that can not do without them. */
export const NEEDED_BY: Readonly<Record<string, readonly Program[]>> = {
  'test/promtool/**': ['promtool', 'alertmanager'],
  'test/generate/dashboards-queries.test.ts': ['promtool'],
  'test/generate/formats/checked.test.ts': ['promtool', 'amtool', 'alertmanager'],
  'test/examples/grafana.test.ts': ['promtool', 'amtool'],
  'test/console/page.test.ts': ['chromium'],
  'test/e2e/{incident,readme}.test.ts': ['prometheus', 'alertmanager'],
  'test/policies/clients/redis.test.ts': ['redis-server'],
  'test/policies/clients/postgres.test.ts': ['postgres', 'initdb'],
  'test/connections/adapters/{ioredis,node-redis}.test.ts': ['redis-server'],
  'test/connections/adapters/pg.test.ts': ['postgres', 'initdb'],
  'test/connections/adapters/nats.test.ts': ['nats-server'],
};

/** Debian calls some of them differently. */
const NAMES: Readonly<Record<Program, readonly string[]>> = {
  promtool: ['promtool'],
  prometheus: ['prometheus'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  amtool: ['amtool'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  'redis-server': ['redis-server'],
  postgres: ['postgres'],
  initdb: ['initdb'],
  'nats-server': ['nats-server'],
};

/** The path of a program, if it is there. */
export function findProgram(program: Program): string | undefined {
  return NAMES[program].map(pathOf).find((path) => path !== undefined);
}

/**
 * The path of a program that a test can not do without.
 *
 * @throws Error that says what can not be tested and how to install it
 */
export function requireProgram(program: Program): string {
  const path = findProgram(program);
  if (path === undefined) {
    throw new Error(
      `Expected ${NAMES[program].join(' or ')} on the PATH, found none: what needs it was not ` +
        `tested. Install it with \`apt-get install ${PACKAGES[program]}\``,
    );
  }
  return path;
}

/** Debian keeps the programs of PostgreSQL in a folder for each version, which is not on the PATH. */
function pathOf(name: string): string | undefined {
  const find = `command -v ${name} || ls -v /usr/lib/postgresql/*/bin/${name}`;
  try {
    const paths = execFileSync('/bin/sh', ['-c', find], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return paths.trim().split('\n').at(-1);
  } catch {
    return undefined;
  }
}
