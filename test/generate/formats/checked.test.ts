import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Program, startProgram } from '../../../examples/demo/processes.ts';
import { alertGroups } from '../../../src/generate/alerts/index.ts';
import type { Alert } from '../../../src/generate/alerts/types.ts';
import { INHIBITIONS, resolveInhibitions } from '../../../src/generate/formats/inhibitions.ts';
import { generate } from '../../../src/generate/index.ts';
import { resolveGenerateSettings } from '../../../src/generate/options/generate-options.ts';
import { Queries } from '../../../src/generate/promql/queries.ts';
import { run as promtool, withFile } from '../../promtool/promtool.ts';
import { requireProgram } from '../../support/programs.ts';

const NAMINGS = ['prometheus-exporter', 'otlp'] as const;

const amtool = async (...args: string[]) =>
  (await promisify(execFile)(requireProgram('amtool'), args)).stdout;
const alerts = alertGroups(new Queries(resolveGenerateSettings({}))).flatMap(({ rules }) => rules);

describe.each(NAMINGS)('promtool, with the naming %s', (naming) => {
  const check = (content: object) =>
    withFile('rules.yaml', stringify(content), (path) =>
      promtool(['check', 'rules', '--lint=all', '--lint-fatal', path]),
    );

  it('accepts the rules of the Prometheus operator', async () => {
    for (const text of Object.values(generate({ naming, format: 'prometheus-rule' }))) {
      await check((parse(text) as { spec: object }).spec);
    }
  });

  it('accepts the rules of Mimir', async () => {
    for (const text of Object.values(generate({ naming, format: 'mimir' }))) {
      await check({ groups: (parse(text) as { groups: object }).groups });
    }
  });
});

describe('the example configuration of Alertmanager', () => {
  const file = (options = {}) =>
    generate({ what: 'alertmanager', ...options })['alertmanager.yaml'] ?? '';

  it.each([...NAMINGS.map((naming) => ({ naming })), { jobLabel: 'service.name' }])(
    'with %j is valid for amtool',
    (options) =>
      withFile('alertmanager.yaml', file(options), async (path) => {
        expect(await amtool('check-config', path)).toMatch(/SUCCESS.*3 receivers/s);
      }),
  );

  it.each([
    ['critical', 'pager'],
    ['warning', 'slack'],
    ['info', 'slack-quiet'],
  ])('routes %s to %s', (severity, receiver) =>
    withFile('alertmanager.yaml', file(), async (path) => {
      const args = [`--config.file=${path}`, `severity=${severity}`, 'alertname=Any'];
      expect((await amtool('config', 'routes', 'test', ...args)).trim()).toBe(receiver);
    }),
  );

  it('rejects an inhibition of an unknown alert', () => {
    resolveInhibitions(alerts, []);
    const [first] = INHIBITIONS;
    const others = alerts.filter(({ name }) => name !== first?.cause.name);
    expect(() => resolveInhibitions(others, [])).toThrow(
      `Expected an alert ${first?.cause.name} for an inhibition, found none`,
    );
  });
});

describe('Alertmanager with the example configuration', () => {
  let folder: string;
  let program: Program;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
    const path = join(folder, 'alertmanager.yaml');
    writeFileSync(path, generate({ what: 'alertmanager' })['alertmanager.yaml'] ?? '');
    program = await startProgram(requireProgram('alertmanager'), [
      `--config.file=${path}`,
      `--storage.path=${folder}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ]);
  });
  afterAll(async () => {
    await program.stop();
    rmSync(folder, { recursive: true });
  });

  interface ReceivedAlert {
    readonly labels: Readonly<Record<string, string>>;
    readonly status: { readonly inhibitedBy: readonly string[] };
  }

  /** Sends alerts of a policy and returns those that are not inhibited. */
  async function notified(
    policy: string,
    firing: readonly Alert[],
    job = 'shop',
  ): Promise<string[]> {
    const url = new URL('/api/v2/alerts', program.url);
    const body = JSON.stringify(
      firing.map(({ name, severity, labels }) => ({
        labels: { alertname: name, severity, ...labels, job, resilience_policy_name: policy },
      })),
    );
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    url.searchParams.append('filter', `resilience_policy_name="${policy}"`);
    url.searchParams.append('filter', `job="${job}"`);
    const received = (await (await fetch(url)).json()) as ReceivedAlert[];
    expect(received.length).toBe(firing.length);
    return received
      .filter(({ status }) => status.inhibitedBy.length === 0)
      .map(({ labels }) => `${labels['severity']} ${labels['alertname']}`)
      .sort();
  }

  const label = ({ severity, name }: Alert) => `${severity} ${name}`;
  const isInhibited = ({ name, severity }: Alert, index: number) =>
    INHIBITIONS[index]?.symptoms.some(
      (symptom) => symptom.name === name && (symptom.severity ?? severity) === severity,
    );

  it('sends only causes when all alerts fire', async () => {
    const expected = alerts.filter((alert) => !INHIBITIONS.some((_, i) => isInhibited(alert, i)));
    expect(await notified('everything', alerts)).toEqual(expected.map(label).sort());
    expect(expected.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ResilienceCircuitBreakerIsolatedNow', 'ResilienceMetricsAbsent']),
    );
  });

  it('sends every symptom whose cause does not fire, or fires for another policy', async () => {
    const causes = INHIBITIONS.map(({ cause }) => cause.name);
    const others = alerts.filter(({ name }) => !causes.includes(name));
    await notified('elsewhere', alerts);
    expect(await notified('alone', others)).toEqual(others.map(label).sort());
  });

  it('sends a stuck circuit, and no failed probes', async () => {
    const names = ['ResilienceCircuitBreakerStuckOpen', 'ResilienceCircuitBreakerProbeFailed'];
    const firing = alerts.filter(({ name }) => names.includes(name));
    expect(await notified('stuck', firing)).toEqual([
      'critical ResilienceCircuitBreakerStuckOpen',
      'warning ResilienceCircuitBreakerStuckOpen',
    ]);
  });

  it('sends one alert for a dependency of many jobs; a warning inhibits no critical alert', async () => {
    const select = (severity: string, ...names: string[]) =>
      alerts.filter((alert) => alert.severity === severity && names.includes(alert.name));
    const fleetWide = 'ResilienceCircuitBreakerOpenFleetWide';
    const manyJobs = 'ResilienceCircuitBreakerOpenInManyJobs';
    await notified('many', select('critical', manyJobs), '');
    for (const job of ['a', 'b', 'c']) {
      const burns = select('critical', fleetWide, 'ResilienceErrorBudgetBurn');
      expect(await notified('many', burns, job)).toEqual([]);
    }
    await notified('answered', select('warning', manyJobs), '');
    expect(await notified('answered', select('critical', fleetWide), 'a')).toEqual([
      `critical ${fleetWide}`,
    ]);
  });

  it('sends only the isolation of an isolated policy', async () => {
    const isolated = 'ResilienceCircuitBreakerIsolatedNow';
    const paging = alerts.filter(
      ({ name, severity, subject }) =>
        subject !== 'jobs' && (severity === 'critical' || name === isolated),
    );
    expect(await notified('isolated', paging)).toEqual([`info ${isolated}`]);
  });
});
