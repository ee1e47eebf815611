import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which room may import which; a room is a folder of src/, or a file that stands alone there. */
const ARROWS: Record<string, readonly string[]> = {
  semconv: [],
  thresholds: [],
  shared: [],
  presets: ['thresholds'],
  aggregate: ['semconv'],
  instrument: ['aggregate', 'semconv'],
  otel: ['aggregate', 'semconv'],
  options: ['aggregate', 'semconv'],
  instrumented: ['aggregate', 'instrument', 'options', 'otel'],
  index: ['aggregate', 'instrumented', 'options'],
  prometheus: ['options', 'otel', 'semconv', 'shared'],
  policies: ['aggregate', 'instrumented', 'options', 'presets', 'semconv', 'thresholds'],
  generate: ['presets', 'semconv', 'thresholds'],
  http: ['aggregate', 'options', 'otel', 'policies', 'presets', 'thresholds'],
  health: [
    'aggregate',
    'instrumented',
    'options',
    'otel',
    'policies',
    'semconv',
    'shared',
    'thresholds',
  ],
  cli: ['generate', 'semconv', 'policies', 'presets', 'shared'],
};

/** Packages that a room may import, beside those of Node. */
const PACKAGES: Record<string, readonly string[]> = {
  otel: ['@opentelemetry/api'],
  options: ['@opentelemetry/api'],
  instrumented: ['@opentelemetry/api'],
  prometheus: [
    '@opentelemetry/api',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/exporter-prometheus',
    '@opentelemetry/resources',
  ],
  // cockatiel is a peer; the others are dependencies.
  policies: ['cockatiel', 'lru-cache', 'valibot'],
  // Bundled, and so no dependencies of who installs this package.
  generate: ['@grafana/grafana-foundation-sdk', 'yaml'],
  http: ['@opentelemetry/api'],
  // The last one in the live page only.
  health: ['@opentelemetry/api', 'hono', '@hono/node-server', 'uplot'],
  // Bundled too, but for valibot, a dependency of policies/.
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
    expect(Object.keys(ARROWS)).toContain(room);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) {
        const target = normalize(join(dirname(file), specifier));
        expect(existsSync(join('src', target))).toBe(true);
        // A bundle holds what it reads of the package's manifest.
        if (target === '../package.json') expect(['generate', 'cli']).toContain(room);
        else expect([room, ...(ARROWS[room] ?? [])]).toContain(roomOf(target));
      } else if (!specifier.startsWith('node:')) {
        expect(PACKAGES[room] ?? []).toContain(packageOf(specifier));
      }
    }
  });

  it('has no module of node in what every service loads', () => {
    const served = [
      'semconv',
      'aggregate',
      'instrument',
      'otel',
      'options',
      'instrumented',
      'index',
    ];
    for (const file of files.filter((each) => served.includes(roomOf(each)))) {
      expect(importsOf(file).filter((specifier) => specifier.startsWith('node:'))).toEqual([]);
    }
  });

  it('loads no package but the peers with the main entry', () => {
    expect(packagesLoadedBy('dist/index.js')).toEqual(['@opentelemetry/api']);
  });

  it('loads no package at all with the generator, which has bundled its own', () => {
    expect(packagesLoadedBy('dist/generate/index.js')).toEqual([]);
  });
});

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
