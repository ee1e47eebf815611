/**
 * The last step of `npm run build`, after the compiler: bundles what needs packages that no service
 * should have to install, the generator and the command line, makes the live page, and ships the
 * licences of all.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { buildPage } from './build-page.ts';

/** What is bundled, by its room in src/. */
const BUNDLED = ['generate', 'cli'];
const ENTRIES = ['generate/index', 'cli/main'];
/** Rooms that run in services, and may import packages. */
const SERVED = ['policies', 'http', 'health'];
const PEERS = ['cockatiel', '@opentelemetry/*'];

/** Types that users import, and all that these import; nobody imports those of the command line. */
const types = typesFrom('dist/generate/index.d.ts');
for (const room of BUNDLED) rmSync(`dist/${room}`, { recursive: true });
for (const [file, content] of types) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const shared = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
} as const satisfies BuildOptions;

const { metafile: tools } = await build({
  ...shared,
  entryPoints: ENTRIES.map((entry) => `src/${entry}.ts`),
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'generate/shared-[hash]',
  external: PEERS,
  // Two thirds of the size, and names still to be read in a stack.
  minifySyntax: true,
  minifyWhitespace: true,
  // Bundled CommonJS asks for modules of Node by `require`, which an ES module has not.
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
});

/** In a service, modules stay as they are, and one each; only the packages they import come along. */
const { metafile: rooms } = await build({
  ...shared,
  entryPoints: readdirSync('dist', { recursive: true, encoding: 'utf8' })
    .filter((file) => SERVED.includes(file.split('/')[0] ?? '') && file.endsWith('.js'))
    .map((file) => `dist/${file}`)
    .filter((file) => importsPackage(readFileSync(file, 'utf8'))),
  outbase: 'dist',
  outdir: 'dist',
  chunkNames: 'packages/[hash]',
  allowOverwrite: true,
  external: PEERS,
  plugins: [
    {
      name: 'own modules stay apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\./ }, ({ path, importer, kind }) =>
          kind === 'entry-point' || importer.includes('node_modules')
            ? undefined
            : { path, external: true },
        ),
    },
  ],
});

function importsPackage(text: string): boolean {
  const specifiers = [...text.matchAll(/\bfrom '([^']+)'/g)].map(([, from = '']) => from);
  return specifiers.some((from) => !/^(\.|node:|cockatiel$|@opentelemetry\/)/.test(from));
}

/** It has to be one file, as there is nobody else to ask: no CDN, and no network of the outside. */
const page = await buildPage('src/health/live/page', 'dist/health/live/page.html');

const packages = new Set(
  [tools, rooms, page]
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

/** @throws Error if a package has none, for then it can't be shipped */
function licence(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`Expected a licence in ${folder}, found none`);
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/** The content of a file of types and of all that it imports. */
function typesFrom(file: string, found = new Map<string, string>()): Map<string, string> {
  const content = readFileSync(file, 'utf8');
  found.set(file, content);
  for (const [, path] of content.matchAll(/ from '(\.[^']+)\.ts'/g)) {
    const imported = join(dirname(file), `${path}.d.ts`);
    if (!found.has(imported)) typesFrom(imported, found);
  }
  return found;
}
