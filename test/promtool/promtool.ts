import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { labelName, type Naming } from '../../src/semconv/prometheus.ts';
import { requireProgram } from '../support/programs.ts';
import { type Replica, seriesOf } from './replica.ts';

/** The committed rule files. */
export const RULES = [
  { naming: 'prometheus-exporter', path: resolve('alerts/resilience-alerts.yaml') },
  { naming: 'otlp', path: resolve('alerts/otlp/resilience-alerts.yaml') },
] as const;

export interface Scenario {
  readonly naming: Naming;
  readonly path: string;
  /** Seconds between two samples. */
  readonly interval: number;
  readonly replicas: readonly Replica[];
  /** The instances for which the alert must be firing at each time, in seconds, and no others. */
  readonly firing: Readonly<Record<number, readonly string[]>>;
  readonly alert: string;
}

/**
 * Lets promtool run a rule file over what replicas go through.
 *
 * @throws Error with promtool's words for what was not as expected
 */
export async function testRules(scenario: Scenario): Promise<void> {
  const { naming, path, interval, replicas, firing, alert } = scenario;
  const times = Object.keys(firing).map(Number);
  const { severity } = (await alertIn(path, alert)).labels;
  const labels = (instance: string) =>
    `ALERTS{alertname="${alert}",alertstate="firing",instance="${instance}",job="shop",` +
    `${labelName(ATTR_POLICY_NAME, naming)}="servicenow",severity="${severity}"}`;
  await promtool({
    rule_files: [path],
    evaluation_interval: '15s',
    tests: [
      {
        interval: `${interval}s`,
        input_series: replicas.flatMap((replica) =>
          seriesOf(replica, naming, interval, Math.max(...times)),
        ),
        promql_expr_test: Object.entries(firing).map(([time, instances]) => ({
          expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
          eval_time: `${time}s`,
          exp_samples: instances.map((instance) => ({ labels: labels(instance), value: 1 })),
        })),
      },
    ],
  });
}

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

async function alertIn(path: string, name: string): Promise<Rule> {
  const { groups } = parse(await readFile(path, 'utf8')) as {
    groups: { rules: Rule[] }[];
  };
  const rule = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === name);
  if (rule === undefined) throw new Error(`${path} has no alert ${name}`);
  return rule;
}

/** `promtool test rules` of one file of unit tests. */
export async function promtool(tests: object): Promise<void> {
  await withFile('tests.yaml', stringify(tests, { lineWidth: 0 }), (file) =>
    run(['test', 'rules', file]),
  );
}

/** @throws Error with promtool's own words */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(requireProgram('promtool'), args);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw stdout + stderr === '' ? error : new Error(stdout + stderr);
  }
}

/** Writes a file for as long as it is used. */
export async function withFile<T>(
  name: string,
  content: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    const path = join(folder, name);
    await writeFile(path, content);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
