import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms that a room may import; a room is a folder or a file directly in `src/`. */
const IMPORTS: Record<string, readonly string[]> = {
  semconv: [],
  shared: [],
  presets: [],
  metrics: ['semconv', 'shared'],
  instrumentation: ['metrics', 'semconv', 'shared'],
  otel: ['metrics', 'semconv', 'shared'],
  'instrument-options': ['metrics', 'semconv', 'shared'],
  instrument: ['instrument-options', 'instrumentation', 'metrics', 'otel', 'shared'],
  index: ['instrument', 'instrument-options', 'metrics', 'semconv'],
  prometheus: ['otel', 'semconv', 'shared'],
  policies: ['instrument', 'instrument-options', 'metrics', 'presets', 'semconv', 'shared'],
  http: ['instrument-options', 'metrics', 'otel', 'policies', 'presets', 'shared'],
  dependencies: ['instrument', 'instrument-options', 'presets', 'shared'],
  connections: ['instrument', 'instrument-options', 'metrics', 'semconv', 'shared'],
  operations: ['dependencies', 'instrument', 'metrics', 'semconv', 'shared'],
  console: ['instrument', 'metrics', 'operations', 'presets', 'semconv', 'shared'],
  health: ['console', 'dependencies', 'metrics', 'operations', 'otel', 'shared'],
  generate: ['presets', 'semconv'],
  cli: ['generate', 'operations', 'policies', 'presets', 'semconv', 'shared'],
};

/** Packages that a room may import, beside those of Node. */
const PACKAGES: Record<string, readonly string[]> = {
  shared: ['@opentelemetry/api'],
  otel: ['@opentelemetry/api'],
  'instrument-options': ['@opentelemetry/api'],
  instrument: ['@opentelemetry/api'],
  prometheus: [
    '@opentelemetry/api',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/exporter-prometheus',
    '@opentelemetry/resources',
  ],
  policies: ['cockatiel', 'lru-cache'],
  http: ['@opentelemetry/api'],
  connections: ['@opentelemetry/api'],
  dependencies: ['@opentelemetry/api'],
  operations: ['hono', 'valibot'],
  console: ['hono', 'uplot'],
  health: ['@hono/node-server'],
  // The build bundles the packages of these two rooms, except valibot.
  generate: ['@grafana/grafana-foundation-sdk', 'yaml'],
  cli: ['ansis', 'commander', 'fast-string-truncated-width', 'valibot'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

const roomOf = (file: string) => file.replace(/\.ts$/, '').split('/')[0] ?? '';
const packageOf = (specifier: string) => specifier.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? '';

/** What a file imports, statically or not; type-only imports count as well, examples don't. */
function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  const clause = /(?:^(?:import|export)\b[^;'`]*?\bfrom|^import|\bimport\()\s*'([^']+)'/gm;
  return [...text.matchAll(clause)].map(([, from]) => from ?? '');
}

describe('the house', () => {
  it.each(files)('lets %s import only what its room may', (file) => {
    const room = roomOf(file);
    expect(Object.keys(IMPORTS)).toContain(room);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) {
        const target = normalize(join(dirname(file), specifier));
        expect(existsSync(join('src', target))).toBe(true);
        // A bundle holds what it reads of the package's manifest.
        if (target === '../package.json') expect(['generate', 'cli']).toContain(room);
        else expect([room, ...(IMPORTS[room] ?? [])]).toContain(roomOf(target));
      } else if (!specifier.startsWith('node:')) {
        expect(PACKAGES[room] ?? []).toContain(packageOf(specifier));
      }
    }
  });

  it('has no import cycle', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => normalize(join(dirname(file), specifier))),
      ]),
    );
    expect(cyclesOf(graph)).toEqual([]);
  });

  it.each(Object.keys(IMPORTS))('has no cycle of folders in %s', (room) => {
    const graph = new Map<string, string[]>();
    for (const file of files.filter((name) => roomOf(name) === room)) {
      const folder = dirname(file);
      const targets = importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => dirname(normalize(join(folder, specifier))))
        .filter((target) => target !== folder && target.split('/')[0] === room);
      graph.set(folder, [...(graph.get(folder) ?? []), ...targets]);
    }
    expect(cyclesOf(graph)).toEqual([]);
  });

  it('imports no Node module from the main entry', () => {
    const reached = reachedFrom('index.ts');
    expect(reached.size).toBeGreaterThan(30);
    const found = [...reached].flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('node:'))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(found).toEqual([]);
  });

  it('loads no package but the peers with the main entry', () => {
    expect(packagesLoadedBy('dist/index.js')).toEqual(['@opentelemetry/api']);
  });

  it('loads no package at all with the generator, which has bundled its own', () => {
    expect(packagesLoadedBy('dist/generate/index.js')).toEqual([]);
  });
});

/** The files that a file imports, directly or through others. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith('.')) reachedFrom(normalize(join(dirname(file), specifier)), reached);
  }
  return reached;
}

/** Each import that closes a cycle, as `importer -> imported`. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const path = new Set<string>();
  function visit(file: string): void {
    path.add(file);
    for (const imported of graph.get(file) ?? []) {
      if (path.has(imported)) cycles.push(`${file} -> ${imported}`);
      else if (!finished.has(imported)) visit(imported);
    }
    path.delete(file);
    finished.add(file);
  }
  for (const file of graph.keys()) if (!finished.has(file)) visit(file);
  return cycles;
}

/** The packages of which a fresh process loads files, besides this one. */
function packagesLoadedBy(file: string): string[] {
  const hooks = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(1, url + '\\n');
      return next(url, context);
    }`;
  const main = `
    import { register } from 'node:module';
    register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});
    await import('./${file}');`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', main], {
    encoding: 'utf8',
  });
  const loaded = [...output.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)/g)];
  expect(output).toContain(file);
  return [...new Set(loaded.map(([, name]) => name ?? ''))].sort();
}
