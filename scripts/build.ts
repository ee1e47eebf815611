/**
 * `npm run build`: the live page as a module, an ES and a CommonJS build of what services load, and
 * bundles of the generator and the command line, whose packages no service should have to install.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };
import { bundlePage } from './build-page.ts';

const CJS = 'dist/cjs';
const GENERATE = 'dist/generate';

rmSync('dist', { recursive: true, force: true });

const page = await bundlePage('src/console/page');
writeFileSync(
  'src/console/server/page-html.ts',
  `/** Written by \`npm run build\`. */\nexport const PAGE_HTML = ${JSON.stringify(page.html)};\n`,
);

tsc('-p', 'tsconfig.build.json');
tsc('-p', 'tsconfig.cjs.json');
writeFileSync(`${CJS}/package.json`, '{ "type": "commonjs" }\n');

// Of the generator's declarations, only those that users can reach stay.
for (const file of declarationsReachedFrom(`${GENERATE}/index.d.ts`)) {
  if (file.startsWith(GENERATE)) cpSync(file, join(CJS, relative('dist', file)));
}
rmSync(GENERATE, { recursive: true });
cpSync(`${CJS}/generate`, GENERATE, { recursive: true });

const shared = {
  bundle: true,
  outbase: 'src',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  // Two thirds of the size, and names still to be read in a stack.
  minifySyntax: true,
  minifyWhitespace: true,
} as const satisfies BuildOptions;

const { metafile: tools } = await build({
  ...shared,
  entryPoints: ['src/generate/index.ts', 'src/cli/main.ts'],
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  chunkNames: 'generate/shared-[hash]',
  // Bundled CommonJS calls `require` for modules of Node, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
});
await build({ ...shared, entryPoints: ['src/generate/index.ts'], outdir: CJS, format: 'cjs' });

const packages = new Set(
  [tools, page.metafile]
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((path) => path.match(/^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/) ?? []),
);
writeFileSync(
  'dist/THIRD-PARTY-LICENSES.txt',
  [...packages]
    .sort()
    .map(licence)
    .join(`\n${'-'.repeat(80)}\n\n`),
);

/** @throws Error if the compiler finds a fault; it has printed it then */
function tsc(...args: readonly string[]): string {
  return execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function declarationsReachedFrom(file: string): string[] {
  return tsc('--listFilesOnly', '--ignoreConfig', '--module', 'nodenext', file)
    .split('\n')
    .map((path) => relative('.', path));
}

/** @throws Error if a package has none, for then it can't be shipped */
function licence(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`Expected a licence in ${folder}, found none`);
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
