import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

type Compile<M> = () => Promise<M>;
type Compilers<M> = readonly (readonly [name: string, compile: Compile<M>])[];

const run = promisify(execFile);

/** Those who compile decorators here: esbuild, and with it tsx; and TypeScript itself. */
function compilersOf<M>(source: string, isLegacy: boolean): Compilers<M> {
  return [
    [
      'esbuild',
      () =>
        inFolder(async (folder) => {
          const { code } = await transform(await readFile(source, 'utf8'), {
            loader: 'ts',
            target: 'es2022',
            tsconfigRaw: { compilerOptions: { experimentalDecorators: isLegacy } },
          });
          await writeFile(join(folder, 'decorated.mjs'), code);
          return 'decorated.mjs';
        }),
    ],
    [
      'typescript',
      () =>
        inFolder(async (folder) => {
          const options = ['--target', 'es2022', '--module', 'esnext', '--noCheck'];
          const more = ['--ignoreConfig', '--isolatedModules', '--noResolve', '--outDir', folder];
          const legacy = isLegacy ? ['--experimentalDecorators', '--emitDecoratorMetadata'] : [];
          const args = ['node_modules/typescript/bin/tsc', source, ...options, ...more, ...legacy];
          await run(process.execPath, args);
          await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
          return 'decorated.js';
        }),
    ],
  ];
}

export const COMPILERS = compilersOf<typeof import('./decorated.ts')>(
  'test/policies/decorated.ts',
  false,
);

interface LegacyClient {
  failures: number;
  read(id: string): Promise<string>;
  write(id: string): Promise<string>;
  named(): Promise<string>;
}

interface LegacyClass {
  new (url: string): LegacyClient;
  make(url: string): Promise<LegacyClient>;
  readonly prototype: LegacyClient;
}

/** What `legacy/decorated.ts` exports, which has a configuration of its own. */
export interface Legacy {
  decorated(resilientMethod: unknown): {
    readonly Client: LegacyClass;
    readonly Special: LegacyClass;
    readonly Sync: new () => { read(): unknown };
    readonly onGetter: () => unknown;
    readonly onField: () => unknown;
  };
  pathOf(method: object): unknown;
}

export const LEGACY_COMPILERS = compilersOf<Legacy>('test/policies/legacy/decorated.ts', true);

/** In the project, as what is compiled may import its packages. */
async function inFolder<M>(compile: (folder: string) => Promise<string>): Promise<M> {
  const folder = await mkdtemp(join('node_modules', '.decorated-'));
  try {
    return await import(/* @vite-ignore */ pathToFileURL(join(folder, await compile(folder))).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
