import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { requireProgram } from '../support/programs.ts';

const HOME = resolve('examples/grafana');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const read = (...path: string[]) => parse(readFileSync(join(...path), 'utf8'));
const { services } = read(HOME, 'compose.yaml') as { services: Record<string, Service> };

/** What a service finds in its container, and where that is here. */
const mounts = (name: string) =>
  (services[name]?.volumes ?? []).map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { source: resolve(HOME, source), target, mode };
  });

/** Where a path of a container is here. */
function here(service: string, path: string): string {
  for (const { source, target } of mounts(service)) {
    if (path === target || path.startsWith(`${target}/`)) return source + path.slice(target.length);
  }
  throw new Error(`Expected ${path} to be mounted into ${service}`);
}

describe('docker compose up', () => {
  it('starts four services, of images that stay what they are', () => {
    expect(Object.keys(services)).toEqual(['demo', 'prometheus', 'alertmanager', 'grafana']);
    for (const { image } of Object.values(services)) expect(image).toMatch(/:v?\d+\.\d+\.\d+(-|$)/);
  });

  it.each(Object.keys(services))(
    'finds all that it mounts into %s, and changes none of it',
    (name) => {
      for (const { source, target, mode } of mounts(name)) {
        expect(existsSync(source), source).toBe(true);
        // A folder where a file is expected is what compose makes of a path that is not there.
        expect(statSync(source).isFile()).toBe(/\.\w+$/.test(target));
        expect(mode).toBe('ro');
      }
    },
  );

  it('is seen from this machine alone', () => {
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    }
  });

  it('runs the demo where prometheus looks for it', () => {
    const { command = [], environment } = services['demo'] as Service;
    expect(environment).toEqual({ OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' });
    expect(command.at(-1)).toContain('npm ci && exec npm run demo -- --plain');
    const { scrape_configs: scraped } = read(HOME, 'prometheus.yml');
    expect(scraped[0].static_configs).toEqual([{ targets: ['demo:9464'] }]);
  });

  it('copies the checkout without what is built from it', () => {
    const copy = mkdtempSync(join(tmpdir(), 'cockatiel-otel-copy-'));
    try {
      const [line = ''] = services['demo']?.command?.at(-1)?.split('&&') ?? [];
      const script = line.replace('/checkout', resolve('.'));
      execFileSync('sh', ['-c', script], { cwd: copy });
      for (const path of ['package-lock.json', 'examples/demo/main.ts', 'src/index.ts']) {
        expect(existsSync(join(copy, path)), path).toBe(true);
      }
      for (const path of ['node_modules', 'dist', '.git']) {
        expect(existsSync(join(copy, path)), path).toBe(false);
      }
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe('its files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-compose-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are a configuration that prometheus takes, with the committed rules', () => {
    const rules = mounts('prometheus').filter(({ target }) => target.includes('/rules/'));
    expect(rules.map(({ source }) => source)).toEqual(
      ['alerts', 'recording-rules'].map((name) => resolve(`alerts/resilience-${name}.yaml`)),
    );
    const config = readFileSync(here('prometheus', '/etc/prometheus/prometheus.yml'), 'utf8');
    const path = join(folder, 'prometheus.yml');
    const place = dirname(rules[0]?.source ?? '');
    expect(config).toContain('/etc/prometheus/rules/*.yaml');
    writeFileSync(path, config.replace('/etc/prometheus/rules', place));
    const output = execFileSync(requireProgram('promtool'), ['check', 'config', path], {
      encoding: 'utf8',
    });
    expect(output).toContain('2 rule files found');
    expect(config).toContain('alertmanager:9093');
  });

  it('are a configuration that alertmanager takes', () => {
    const path = here('alertmanager', '/etc/alertmanager/alertmanager.yml');
    const output = execFileSync(requireProgram('amtool'), ['check-config', path], {
      encoding: 'utf8',
    });
    expect(output).toContain('SUCCESS');
  });

  it('give grafana a data source, and the dashboards', () => {
    const { apiVersion, datasources } = read(
      here('grafana', '/etc/grafana/provisioning/datasources'),
      'prometheus.yaml',
    );
    expect(apiVersion).toBe(1);
    expect(datasources).toMatchObject([
      { uid: 'prometheus', type: 'prometheus', url: 'http://prometheus:9090', isDefault: true },
    ]);
    // No finer than what is scraped.
    const { global } = read(HOME, 'prometheus.yml');
    expect(datasources[0].jsonData.timeInterval).toBe(global.scrape_interval);

    const { providers } = read(
      here('grafana', '/etc/grafana/provisioning/dashboards'),
      'resilience.yaml',
    );
    const { path } = providers[0].options;
    const { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: first = '' } =
      services['grafana']?.environment ?? {};
    expect(dirname(first)).toBe(path);
    for (const uid of ['resilience-fleet', 'resilience-policy']) {
      const dashboard = JSON.parse(readFileSync(here('grafana', `${path}/${uid}.json`), 'utf8'));
      expect(dashboard.uid).toBe(uid);
      // Chosen by type, and so found: there is but one.
      expect(dashboard.templating.list[0]).toMatchObject({
        type: 'datasource',
        query: 'prometheus',
      });
    }
    expect(existsSync(here('grafana', first))).toBe(true);
  });
});
