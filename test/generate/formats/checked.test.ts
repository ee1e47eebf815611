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
import { resolveGenerateSettings } from '../../../src/generate/options.ts';
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

  it('has nothing to say about the rules of the operator', async () => {
    for (const text of Object.values(generate({ naming, format: 'prometheus-rule' }))) {
      await check((parse(text) as { spec: object }).spec);
    }
  });

  it('has nothing to say about the rules of mimir', async () => {
    for (const text of Object.values(generate({ naming, format: 'mimir' }))) {
      await check({ groups: (parse(text) as { groups: object }).groups });
    }
  });
});

describe('the configuration of alertmanager', () => {
  const file = (options = {}) =>
    generate({ what: 'alertmanager', ...options })['alertmanager.yaml'] ?? '';

  it.each([...NAMINGS.map((naming) => ({ naming })), { jobLabel: 'service.name' }])(
    'with %j is one that amtool takes',
    (options) =>
      withFile('alertmanager.yaml', file(options), async (path) => {
        expect(await amtool('check-config', path)).toMatch(/SUCCESS.*3 receivers/s);
      }),
  );

  it.each([
    ['critical', 'pager'],
    ['warning', 'slack'],
    ['info', 'slack-quiet'],
  ])('tells what is %s to %s', (severity, receiver) =>
    withFile('alertmanager.yaml', file(), async (path) => {
      const args = [`--config.file=${path}`, `severity=${severity}`, 'alertname=Any'];
      expect((await amtool('config', 'routes', 'test', ...args)).trim()).toBe(receiver);
    }),
  );

  it('knows only alerts that there are', () => {
    resolveInhibitions(alerts, []);
    const [first] = INHIBITIONS;
    const others = alerts.filter(({ name }) => name !== first?.cause.name);
    expect(() => resolveInhibitions(others, [])).toThrow(
      `Expected an alert ${first?.cause.name}, found none`,
    );
  });
});

describe('alertmanager itself', () => {
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

  interface Told {
    readonly labels: Readonly<Record<string, string>>;
    readonly status: { readonly inhibitedBy: readonly string[] };
  }

  /** The alerts that fire for a policy and are not inhibited, when these fire for it. */
  async function told(policy: string, firing: readonly Alert[], job = 'shop'): Promise<string[]> {
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
    const all = (await (await fetch(url)).json()) as Told[];
    expect(all.length).toBe(firing.length);
    return all
      .filter(({ status }) => status.inhibitedBy.length === 0)
      .map(({ labels }) => `${labels['severity']} ${labels['alertname']}`)
      .sort();
  }

  const text = ({ severity, name }: Alert) => `${severity} ${name}`;
  const explained = ({ name, severity }: Alert, index: number) =>
    INHIBITIONS[index]?.symptoms.some(
      (each) => each.name === name && (each.severity ?? severity) === severity,
    );

  it('tells what no other alert explains, when all fire at once', async () => {
    const expected = alerts.filter((alert) => !INHIBITIONS.some((_, i) => explained(alert, i)));
    expect(await told('everything', alerts)).toEqual(expected.map(text).sort());
    expect(expected.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ResilienceCircuitBreakerIsolatedNow', 'ResilienceMetricsAbsent']),
    );
  });

  it('tells every alert where what would explain it does not fire, or for another policy', async () => {
    const causes = INHIBITIONS.map(({ cause }) => cause.name);
    const others = alerts.filter(({ name }) => !causes.includes(name));
    await told('elsewhere', alerts);
    expect(await told('alone', others)).toEqual(others.map(text).sort());
  });

  it('still tells of a stuck circuit, but not of the probes that fail meanwhile', async () => {
    const names = ['ResilienceCircuitBreakerStuckOpen', 'ResilienceCircuitBreakerProbeFailed'];
    const firing = alerts.filter(({ name }) => names.includes(name));
    expect(await told('stuck', firing)).toEqual([
      'critical ResilienceCircuitBreakerStuckOpen',
      'warning ResilienceCircuitBreakerStuckOpen',
    ]);
  });

  it('sends one alert for a dependency that is down for many jobs, and none less severe for more', async () => {
    const of = (severity: string, ...names: string[]) =>
      alerts.filter((alert) => alert.severity === severity && names.includes(alert.name));
    const fleetWide = 'ResilienceCircuitBreakerOpenFleetWide';
    const manyJobs = 'ResilienceCircuitBreakerOpenInManyJobs';
    await told('many', of('critical', manyJobs), '');
    for (const job of ['a', 'b', 'c']) {
      const burns = of('critical', fleetWide, 'ResilienceErrorBudgetBurn');
      expect(await told('many', burns, job)).toEqual([]);
    }
    await told('answered', of('warning', manyJobs), '');
    expect(await told('answered', of('critical', fleetWide), 'a')).toEqual([
      `critical ${fleetWide}`,
    ]);
  });

  it('sends nothing else about a policy that is isolated by hand', async () => {
    const isolated = 'ResilienceCircuitBreakerIsolatedNow';
    const paging = alerts.filter(
      ({ name, severity, subject: about }) =>
        about !== 'jobs' && (severity === 'critical' || name === isolated),
    );
    expect(await told('isolated', paging)).toEqual([`info ${isolated}`]);
  });
});
