import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { type GenerateOptions, generate } from '../../src/generate/index.ts';
import { DEADLINE_MS, Home, type Service } from './service.ts';

const ROOT = resolve('node_modules');
const SDK_2 = resolve('test/compat/sdk-2/node_modules');

const DEPENDENCIES = Object.keys(manifest.dependencies);

const combinations = [
  { cockatiel: 3, sdk: 2 },
  { cockatiel: 3, sdk: 3 },
  { cockatiel: 4, sdk: 2 },
  { cockatiel: 4, sdk: 3 },
];

let home: Home;

beforeAll(() => {
  home = new Home();
  execFileSync('tar', ['xf', home.tarball], { cwd: home.path });
}, DEADLINE_MS);

afterAll(() => home.remove());

/** A service with nothing installed but the package, its dependencies and its peers, in these versions. */
function serviceWith({ cockatiel, sdk }: (typeof combinations)[number]): Service {
  const service = home.service(`cockatiel-${cockatiel}-sdk-${sdk}`);
  const modules = join(service.path, 'node_modules');
  for (const scope of ['@opentelemetry', '@hono']) {
    mkdirSync(join(modules, scope), { recursive: true });
  }
  const link = (name: string, target: string) => symlinkSync(target, join(modules, name));
  // A copy: through a link it would find its peers where the link leads.
  execFileSync('cp', ['-r', join(home.path, 'package'), join(modules, 'cockatiel-otel')]);
  link('cockatiel', join(ROOT, cockatiel === 3 ? 'cockatiel3' : 'cockatiel'));
  for (const name of DEPENDENCIES) link(name, join(ROOT, name));
  for (const name of ['api', 'sdk-metrics', 'exporter-prometheus', 'resources']) {
    link(`@opentelemetry/${name}`, join(sdk === 2 ? SDK_2 : ROOT, '@opentelemetry', name));
  }
  for (const file of ['consumer.mjs', 'consumer.cjs']) service.copy(file);
  return service;
}

describe.each(combinations)('packed, with cockatiel $cockatiel and sdk $sdk', (combination) => {
  let service: Service;
  beforeAll(() => {
    service = serviceWith(combination);
  }, DEADLINE_MS);

  const run = async (file: string) => JSON.parse(await service.run(process.execPath, file));

  it('serves what happened, also before the endpoint was there', async () => {
    const { snapshot, scraped } = await run('consumer.mjs');
    expect(snapshot).toMatchObject([{ name: 'service', executions: { success: 2 } }]);
    const labels = '{resilience_policy_name="service",resilience_outcome="success"';
    expect(scraped).toContain(`resilience_executions_total${labels}`);
    expect(sampleOf(scraped, 'resilience_executions_total', 'success')).toBe(2);
    expect(sampleOf(scraped, 'resilience_retry_calls_total', 'success_after_retry')).toBe(1);
    expect(sampleOf(scraped, 'resilience_circuit_breaker_calls_total', 'failure')).toBe(1);
    expect(sampleOf(scraped, 'resilience_circuit_breaker_calls_total', 'rejected')).toBe(0);
    expect(sampleOf(scraped, 'resilience_execution_duration_count', 'answered')).toBe(1);
  });

  it('works for those who require it', async () => {
    const { scraped } = await run('consumer.cjs');
    expect(sampleOf(scraped, 'resilience_retry_calls_total', 'success_after_retry')).toBe(1);
    expect(sampleOf(scraped, 'resilience_execution_duration_count', 'answered')).toBe(1);
  });
});

describe('packed, with nothing installed but the peers that it can not do without', () => {
  let service: Service;
  beforeAll(async () => {
    service = home.service('fresh');
    await service.install(home.tarball, 'cockatiel', '@opentelemetry/api');
  }, DEADLINE_MS);

  const run = (program: string, args: readonly string[]) => service.run(program, ...args);

  it('has no other packages', () => {
    const packages = readdirSync(join(service.path, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    expect(packages).toEqual([
      '@hono',
      '@opentelemetry',
      'cockatiel',
      'cockatiel-otel',
      'hono',
      'lru-cache',
      'valibot',
    ]);
  });

  it('generates from the command line', async () => {
    const printed = await run('npx', ['--no-install', 'cockatiel-otel', 'generate', '--out', '-']);
    const files = parseAllDocuments(printed).map((document) => document.toJS());
    expect(files).toEqual(Object.values(generate()).map((text) => parse(text)));
    const version = await run('npx', ['--no-install', 'cockatiel-otel', '--version']);
    expect(version).toBe(`${manifest.version}\n`);
  });

  it.each([
    ['import', "import { generate } from 'cockatiel-otel/generate';", 'module'],
    ['require', "const { generate } = require('cockatiel-otel/generate');", 'commonjs'],
  ])('generates from code that has it by %s', async (_, from, type) => {
    const format = 'classic,configmap,provisioning,prometheus,prometheus-rule,mimir,grafana';
    const options = {
      what: ['dashboards', 'rules', 'alertmanager'],
      format: format.split(','),
    } as GenerateOptions;
    const code = `${from} console.log(JSON.stringify(generate(${JSON.stringify(options)})))`;
    const printed = await run(process.execPath, [`--input-type=${type}`, '--eval', code]);
    expect(JSON.parse(printed)).toEqual(generate(options));
  });

  it.each([
    ['import', "const { listen } = await import('cockatiel-otel/health');"],
    ['require', "const { listen } = require('cockatiel-otel/health');"],
  ])('serves the health routes and the live page to code that has it by %s', async (_, from) => {
    const code = `(async () => { ${from}
      const { url, close } = await listen({}, { port: 0 });
      const ask = async (path) => (await fetch(url + path)).text();
      const [health, page] = [await ask('/health'), await ask('/live')];
      await close();
      console.log(JSON.stringify({ health: JSON.parse(health), page: page.slice(0, 15) }));
    })()`;
    const printed = await run(process.execPath, ['--input-type=commonjs', '--eval', code]);
    expect(JSON.parse(printed)).toMatchObject({
      health: { status: 'healthy', breakers: { total: 0 } },
      page: expect.stringMatching(/^<!doctype html>/i),
    });
  });

  it.each(['dist/prometheus/index.js', 'dist/cjs/prometheus/index.js'])(
    'says how to install an SDK, from %s',
    async (file) => {
      const code = `import('./node_modules/cockatiel-otel/${file}').then(({ startMetrics }) =>
        startMetrics({ port: 0 }).catch(({ message }) => console.log(message)));`;
      expect(await run(process.execPath, ['--input-type=commonjs', '--eval', code])).toBe(
        'Serving metrics needs @opentelemetry/sdk-metrics and @opentelemetry/exporter-prometheus and ' +
          '@opentelemetry/resources, not installed: npm install @opentelemetry/api@1 ' +
          '@opentelemetry/sdk-metrics @opentelemetry/exporter-prometheus @opentelemetry/resources\n',
      );
    },
  );

  it('has types that need nothing else', async () => {
    service.write(
      'consumer.mts',
      `import { type Files, generate, type GenerateOptions } from 'cockatiel-otel/generate';
const options: GenerateOptions = { what: 'alerts', format: 'mimir', thresholds: { 'latency.seconds': 1 } };
export const files: Files = generate(options);
// @ts-expect-error There is no such format.
generate({ format: 'html' });
`,
    );
    const flags =
      '--noEmit --strict --skipLibCheck false --target es2022 --module nodenext --types';
    await run(process.execPath, [
      resolve('node_modules/typescript/bin/tsc'),
      ...flags.split(' '),
      '',
      'consumer.mts',
    ]);
  });
});

describe('the package', () => {
  const files = () =>
    readdirSync(join(home.path, 'package'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name).slice(join(home.path, 'package').length + 1),
      );

  it('has only what users need', () => {
    const others = files().filter(
      (file) =>
        !/^(dist|dashboards|dashboards-otlp|alerts|docs|examples\/grafana|semconv\/registry)\//.test(
          file,
        ),
    );
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const built = files().filter((file) => /^dist\//.test(file) && !/\.(d\.ts|js)$/.test(file));
    expect(built.sort()).toEqual(['dist/THIRD-PARTY-LICENSES.txt', 'dist/cjs/package.json']);
  });

  it('runs no script where it is installed', () => {
    const { scripts } = JSON.parse(
      readFileSync(join(home.path, 'package/package.json'), 'utf8'),
    ) as typeof manifest;
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(scripts).not.toHaveProperty(name);
    }
  });

  it('has the generator and the command line with all that they need', () => {
    const programs = files().filter((file) => /^dist\/(cjs\/)?(generate|cli)\/.*\.js$/.test(file));
    const shared = /^dist\/generate\/shared-\w+\.js$/;
    expect(programs.filter((file) => !shared.test(file)).sort()).toEqual([
      'dist/cjs/generate/index.js',
      'dist/cli/main.js',
      'dist/generate/index.js',
    ]);
    for (const file of files().filter((file) => /^dist\/.*\.d\.ts$/.test(file))) {
      expect(readFileSync(join(home.path, 'package', file), 'utf8')).not.toContain('@grafana');
    }
  });

  it('has the licences of what is bundled', () => {
    const licences = readFileSync(join(home.path, 'package/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const words of [
      /^@grafana\/grafana-foundation-sdk v[\d.]+\n\nApache License/m,
      /^commander [\d.]+\n\n\(The MIT License\)/m,
      /^tslib [\d.]+\n\nCopyright/m,
      /^yaml [\d.]+\n\nCopyright/m,
    ]) {
      expect(licences).toMatch(words);
    }
  });
});

/** The one sample of a metric that has a label of this value. */
function sampleOf(scraped: string, metric: string, value: string): number {
  const line = scraped
    .split('\n')
    .find((item) => item.startsWith(`${metric}{`) && item.includes(`="${value}"`));
  return Number(line?.split(' ').at(-1));
}
