import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

const SOURCE = 'test/policies/decorated.ts';

type Compiled = Promise<typeof import('./decorated.ts')>;

/** Those who compile standard decorators here: esbuild, and with it tsx; and TypeScript itself. */
export const COMPILERS: readonly (readonly [name: string, compile: () => Compiled])[] = [
  [
    'esbuild',
    () =>
      inFolder(async (folder) => {
        const { code } = await transform(await readFile(SOURCE, 'utf8'), {
          loader: 'ts',
          target: 'es2022',
        });
        await writeFile(join(folder, 'decorated.mjs'), code);
        return 'decorated.mjs';
      }),
  ],
  [
    'typescript',
    () =>
      inFolder(async (folder) => {
        const options = ['--target', 'es2022', '--module', 'esnext', '--noCheck', '--ignoreConfig'];
        const more = ['--isolatedModules', '--noResolve', '--outDir', folder];
        const tsc = ['node_modules/typescript/bin/tsc', SOURCE, ...options, ...more];
        await promisify(execFile)(process.execPath, tsc);
        await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
        return 'decorated.js';
      }),
  ],
];

async function inFolder(compile: (folder: string) => Promise<string>): Compiled {
  const folder = await mkdtemp(join(tmpdir(), 'decorated-'));
  try {
    return await import(/* @vite-ignore */ pathToFileURL(join(folder, await compile(folder))).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
