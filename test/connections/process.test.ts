import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const SCRIPT = `
  import { superviseConnection } from './dist/connections/index.js';
  const adapter = (isUp) => ({
    current: () => 'client',
    listen: (handlers) => {
      if (isUp) handlers.connected();
      return () => {};
    },
    probe: async () => {},
    cut: () => {},
    revive: () => new Promise(() => {}),
  });
  superviseConnection('up', adapter(true));
  superviseConnection('down', adapter(false));
  superviseConnection('reconnecting', adapter(true)).recover();
`;

const run = (script: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 15_000,
  });

it('a supervisor keeps no process alive', () => {
  expect(run(SCRIPT)).toBe('');
});

it('a process stays alive while it waits for `ready`', () => {
  const output = run(`${SCRIPT}
    const late = adapter(false);
    late.revive = async () => {};
    setTimeout(() => {}, 0);
    console.log(await superviseConnection('late', late).ready());
  `);
  expect(output).toBe('client\n');
});
