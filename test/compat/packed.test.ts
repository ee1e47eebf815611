import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve('node_modules');
const SDK_2 = resolve('test/compat/sdk-2/node_modules');

const combinations = [
  { cockatiel: 3, sdk: 2 },
  { cockatiel: 3, sdk: 3 },
  { cockatiel: 4, sdk: 2 },
  { cockatiel: 4, sdk: 3 },
];

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cockatiel-otel-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', home], {
    stdio: 'ignore',
  });
  const [tarball] = readdirSync(home);
  execFileSync('tar', ['xf', String(tarball)], { cwd: home });
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
  for (const name of ['api', 'sdk-metrics', 'exporter-prometheus']) {
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

it('packs only what users need', () => {
  const files = readdirSync(join(home, 'package'), { recursive: true, encoding: 'utf8' });
  const kinds = files.filter((file) => !/^(dist|dashboards|alerts|docs)(\/|$)/.test(file));
  expect(kinds.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(
    files.filter((file) => /^dist\/.*(?<!\.d\.ts|\.js)$/.test(file) && file.includes('.')),
  ).toEqual([]);
});

/** The one sample of a metric that has a label of this value. */
function sampleOf(scraped: string, metric: string, value: string): number {
  const line = scraped
    .split('\n')
    .find((each) => each.startsWith(`${metric}{`) && each.includes(`="${value}"`));
  return Number(line?.split(' ').at(-1));
}
