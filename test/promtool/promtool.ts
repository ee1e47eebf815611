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
  /** For scenarios that last days. */
  readonly long?: boolean;
  /** The texts of the rule files; by default the committed files of the naming. */
  readonly rules?: readonly string[];
}

/** Both committed namings, each with 15 s and 60 s between samples and between evaluations. */
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

/** The failures that promtool reports, by job. */
export async function failuresOf(
  sampling: TestedSampling,
  alert: string,
  test: UnitTest,
): Promise<Map<string, string>> {
  const { naming, jobLabel = 'job', evaluation, rules = committed(naming) } = sampling;
  const failures = new Map<string, string>();
  const groups = rulesOf([alert], rules);
  const read = groups.flatMap((group) => group.rules.map(({ expr }) => expr)).join();
  // A rule with a matcher of `__name__` reads every metric.
  const readsAll = read.includes('__name__');
  const input = test.input_series.filter(
    ({ series }) => readsAll || read.includes(series.slice(0, series.indexOf('{'))),
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
    const output = String(error);
    for (const failure of output.split(/(?=^ +expr: )/m).slice(1)) {
      const [, job = ''] = failure.match(new RegExp(`${jobLabel}=\\\\"(.+?)\\\\"`)) ?? [];
      failures.set(job, (failures.get(job) ?? '') + failure);
    }
    if (failures.size === 0) throw error;
  }
  return failures;
}

/** Runs `promtool test rules`. */
export async function promtool(tests: object): Promise<void> {
  await withFile('tests.yaml', stringify(tests, { lineWidth: 0 }), (file) =>
    run(['test', 'rules', file]),
  );
}

/** @throws Error with the output of promtool */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(requireProgram('promtool'), args, { maxBuffer: 2 ** 28 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw stdout + stderr === '' ? error : new Error(stdout + stderr);
  }
}

/** Writes a temporary file, and removes it after its use. */
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
