import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { requireProgram } from '../support/programs.ts';
import { committed, rulesOf } from './rules.ts';
import type { InputSeries, Sampling } from './series.ts';

/** The committed rule files. */
export const RULES = [
  { naming: 'prometheus-exporter', path: resolve('alerts/resilience-alerts.yaml') },
  { naming: 'otlp', path: resolve('alerts/otlp/resilience-alerts.yaml') },
] as const;

export interface TestedSampling extends Sampling {
  /** Seconds between two evaluations. */
  readonly evaluation: number;
  /** For what goes on for days. */
  readonly long?: boolean;
  /** The texts of the rule files; the committed ones of the naming, unless told otherwise. */
  readonly rules?: readonly string[];
}

/** Both committed namings, each with few and many samples in a window, judged often and seldom. */
export const SAMPLINGS: readonly TestedSampling[] = [
  { naming: 'prometheus-exporter', interval: 15, evaluation: 15 },
  { naming: 'prometheus-exporter', interval: 60, evaluation: 60 },
  { naming: 'otlp', interval: 15, evaluation: 60 },
  { naming: 'otlp', interval: 60, evaluation: 15 },
  { naming: 'prometheus-exporter', interval: 60, evaluation: 300, long: true },
  { naming: 'otlp', interval: 60, evaluation: 300, long: true },
];

export interface UnitTest {
  readonly interval: string;
  readonly input_series: readonly InputSeries[];
  readonly promql_expr_test: readonly object[];
}

/** What was not as expected, by the job it happened to, in promtool's words. */
export async function failuresOf(
  road: TestedSampling,
  alert: string,
  test: UnitTest,
): Promise<Map<string, string>> {
  const { naming, jobLabel = 'job', evaluation, rules = committed(naming) } = road;
  const failures = new Map<string, string>();
  const groups = rulesOf([alert], rules);
  const read = groups.flatMap((group) => group.rules.map(({ expr }) => expr)).join();
  // Rules that read every metric name none.
  const all = read.includes('__name__');
  const input = test.input_series.filter(
    ({ series }) => all || read.includes(series.slice(0, series.indexOf('{'))),
  );
  try {
    await withFile('rules.yaml', stringify({ groups }), (path) =>
      promtool({
        rule_files: [path],
        evaluation_interval: `${evaluation}s`,
        group_eval_order: groups.map(({ name }) => name),
        tests: [{ ...test, input_series: input }],
      }),
    );
  } catch (error) {
    const said = String(error);
    for (const each of said.split(/(?=^ +expr: )/m).slice(1)) {
      const [, job = ''] = each.match(new RegExp(`${jobLabel}=\\\\"(.+?)\\\\"`)) ?? [];
      failures.set(job, (failures.get(job) ?? '') + each);
    }
    if (failures.size === 0) throw error;
  }
  return failures;
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
    await promisify(execFile)(requireProgram('promtool'), args, { maxBuffer: 2 ** 28 });
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
