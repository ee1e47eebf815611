import { resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DEADLINE_MS, Home } from '../compat/service.ts';

const home = new Home();
afterAll(() => home.remove());

/** Runs a tool of this repository on the package. Rejects with what it prints if it finds a fault. */
const check = (tool: string, ...options: readonly string[]) =>
  home
    .service(tool.replaceAll('/', '-'))
    .run(process.execPath, resolve('node_modules', tool), home.tarball, ...options);

it(
  'has entries that publint finds no fault with',
  async () => {
    expect(await check('publint/src/cli.js', '--strict')).toContain('All good!');
  },
  DEADLINE_MS,
);

it(
  'has types for node10, node16 and bundlers that attw finds no fault with',
  async () => {
    const printed = await check('@arethetypeswrong/cli/dist/index.js', '--profile', 'strict');
    expect(printed).toContain('No problems found');
  },
  DEADLINE_MS,
);
