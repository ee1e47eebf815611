import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type GenerateOptions, generate } from '../../src/generate/index.ts';

const ROOT = resolve('node_modules');
const SDK_2 = resolve('test/compat/sdk-2/node_modules');

const combinations = [
  { cockatiel: 3, sdk: 2 },
  { cockatiel: 3, sdk: 3 },
  { cockatiel: 4, sdk: 2 },
  { cockatiel: 4, sdk: 3 },
];

let home: string;
let tarball: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cockatiel-otel-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', home], {
    stdio: 'ignore',
  });
  tarball = String(readdirSync(home)[0]);
  execFileSync('tar', ['xf', tarball], { cwd: home });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A service with nothing installed but the package and its peers, in these versions. */
function serviceWith({ cockatiel, sdk }: (typeof combinations)[number]): string {
  const service = join(home, `cockatiel-${cockatiel}-sdk-${sdk}`);
  const modules = join(service, 'node_modules');
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true });
  const link = (name: string, target: string) => symlinkSync(target, join(modules, name));
  // A copy: through a link it would find its peers where the link leads.
  execFileSync('cp', ['-r', join(home, 'package'), join(modules, 'cockatiel-otel')]);
  link('cockatiel', join(ROOT, cockatiel === 3 ? 'cockatiel3' : 'cockatiel'));
  for (const name of ['api', 'sdk-metrics', 'exporter-prometheus', 'resources']) {
    link(`@opentelemetry/${name}`, join(sdk === 2 ? SDK_2 : ROOT, '@opentelemetry', name));
  }
  for (const file of ['consumer.mjs', 'consumer.cjs']) {
    copyFileSync(join('test/compat', file), join(service, file));
  }
  return service;
}

describe.each(combinations)('packed, with cockatiel $cockatiel and sdk $sdk', (combination) => {
  let service: string;
  beforeAll(() => {
    service = serviceWith(combination);
  });

  const run = (file: string) =>
    JSON.parse(execFileSync(process.execPath, [file], { cwd: service, encoding: 'utf8' }));

  it('serves what happened, also before the endpoint was there', () => {
    const { snapshot, scraped } = run('consumer.mjs');
    expect(snapshot).toMatchObject([{ name: 'service', executions: { success: 2 } }]);
    const labels = '{resilience_policy_name="service",resilience_outcome="success"';
    expect(scraped).toContain(`resilience_executions_total${labels}`);
    expect(sampleOf(scraped, 'resilience_executions_total', 'success')).toBe(2);
    expect(sampleOf(scraped, 'resilience_retry_calls_total', 'success_after_retry')).toBe(1);
    expect(sampleOf(scraped, 'resilience_circuit_breaker_calls_total', 'failure')).toBe(1);
    expect(sampleOf(scraped, 'resilience_circuit_breaker_calls_total', 'rejected')).toBe(0);
    expect(sampleOf(scraped, 'resilience_execution_duration_count', 'success')).toBe(1);
  });

  it('works for those who require it', () => {
    const { scraped } = run('consumer.cjs');
    expect(sampleOf(scraped, 'resilience_retry_calls_total', 'success_after_retry')).toBe(1);
    expect(sampleOf(scraped, 'resilience_execution_duration_count', 'success')).toBe(1);
  });
});

describe('packed, with nothing installed but the peers that it can not do without', () => {
  let service: string;
  beforeAll(() => {
    service = join(home, 'fresh');
    mkdirSync(service);
    writeFileSync(join(service, 'package.json'), '{ "private": true }');
    // As npm installs it, with its bin; the peers are linked, for want of a network.
    const options = ['--legacy-peer-deps', '--offline', '--no-audit', '--no-fund', '--no-save'];
    run('npm', ['install', ...options, join(home, tarball)]);
    const modules = join(service, 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([
      'cockatiel-otel',
    ]);
    mkdirSync(join(modules, '@opentelemetry'));
    for (const name of ['cockatiel', '@opentelemetry/api']) {
      symlinkSync(join(ROOT, name), join(modules, name));
    }
  });

  // What `npm exec --package` was told that runs these tests, an npx in them would take for itself.
  const { npm_config_package: _, ...env } = process.env;
  const maxBuffer = 64 * 1024 * 1024;
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { cwd: service, env, encoding: 'utf8', maxBuffer });

  it('generates from the command line', () => {
    const printed = run('npx', ['--no-install', 'cockatiel-otel', 'generate', '--out', '-']);
    const files = parseAllDocuments(printed).map((document) => document.toJS());
    expect(files).toEqual(Object.values(generate()).map((text) => parse(text)));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(run('npx', ['--no-install', 'cockatiel-otel', '--version'])).toBe(`${version}\n`);
  });

  it.each([
    ['import', "import { generate } from 'cockatiel-otel/generate';", 'module'],
    ['require', "const { generate } = require('cockatiel-otel/generate');", 'commonjs'],
  ])('generates from code that has it by %s', (_, from, type) => {
    const format =
      'classic,grafana-com,v2,configmap,provisioning,prometheus,prometheus-rule,mimir,grafana';
    const options = {
      what: ['dashboards', 'rules', 'alertmanager'],
      format: format.split(','),
    } as GenerateOptions;
    const code = `${from} console.log(JSON.stringify(generate(${JSON.stringify(options)})))`;
    const printed = run(process.execPath, [`--input-type=${type}`, '--eval', code]);
    expect(JSON.parse(printed)).toEqual(generate(options));
  });

  it.each([
    ['import', "const { listen } = await import('cockatiel-otel/health');"],
    ['require', "const { listen } = require('cockatiel-otel/health');"],
  ])('serves the health routes and the live page to code that has it by %s', (_, from) => {
    const code = `(async () => { ${from}
      const { url, close } = await listen({}, { port: 0 });
      const ask = async (path) => (await fetch(url + path)).text();
      const [health, page] = [await ask('/health'), await ask('/live')];
      await close();
      console.log(JSON.stringify({ health: JSON.parse(health), page: page.slice(0, 15) }));
    })()`;
    const printed = run(process.execPath, ['--input-type=commonjs', '--eval', code]);
    expect(JSON.parse(printed)).toMatchObject({
      health: { status: 'healthy', breakers: { total: 0 } },
      page: expect.stringMatching(/^<!doctype html>/i),
    });
  });

  it('has types that need nothing else', () => {
    writeFileSync(
      join(service, 'consumer.mts'),
      `import { type Files, generate, type GenerateOptions } from 'cockatiel-otel/generate';
const options: GenerateOptions = { what: 'alerts', format: 'mimir', thresholds: { 'latency.seconds': 1 } };
export const files: Files = generate(options);
// @ts-expect-error There is no such format.
generate({ format: 'html' });
`,
    );
    const flags =
      '--noEmit --strict --skipLibCheck false --target es2022 --module nodenext --types';
    run(process.execPath, [
      resolve('node_modules/typescript/bin/tsc'),
      ...flags.split(' '),
      '',
      'consumer.mts',
    ]);
  });
});

describe('the package', () => {
  const files = () =>
    readdirSync(join(home, 'package'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(home, 'package').length + 1));

  it('has only what users need', () => {
    const others = files().filter((file) => !/^(dist|dashboards|alerts|docs)\//.test(file));
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const built = files().filter((file) => /^dist\//.test(file) && !/\.(d\.ts|js)$/.test(file));
    expect(built.sort()).toEqual(['dist/THIRD-PARTY-LICENSES.txt', 'dist/health/live/page.html']);
  });

  it('has no dependencies, and the generator with all that it needs', () => {
    const { dependencies } = JSON.parse(readFileSync(join(home, 'package/package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    const programs = files().filter((file) => /^dist\/(generate|cli)\/.*\.js$/.test(file));
    const shared = /^dist\/generate\/shared-\w+\.js$/;
    expect(programs.filter((file) => !shared.test(file)).sort()).toEqual([
      'dist/cli/main.js',
      'dist/generate/index.js',
    ]);
    for (const file of files().filter((each) => /^dist\/.*\.d\.ts$/.test(each))) {
      expect(readFileSync(join(home, 'package', file), 'utf8')).not.toContain('@grafana');
    }
  });

  it('has the licences of what is bundled', () => {
    const licences = readFileSync(join(home, 'package/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
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
    .find((each) => each.startsWith(`${metric}{`) && each.includes(`="${value}"`));
  return Number(line?.split(' ').at(-1));
}
