import { stringify } from 'yaml';
import { ATTR_OUTCOME, type Outcome } from '../../src/semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTIONS } from '../../src/semconv/metrics.ts';
import { circuits, type Stay } from './circuit.ts';
import { promtool, withFile } from './promtool.ts';
import { committed, rulesOf } from './rules.ts';
import { closed, type Replica, type Sampling, sampled, type Value } from './series.ts';

/** A fleet, and which alerts fire or stay silent at times in seconds. */
export interface Situation {
  readonly title: string;
  /** The replicas of each job. */
  readonly jobs: Readonly<Record<string, readonly Replica[]>>;
  readonly firing: Readonly<Record<number, Expected>>;
  /** The rule files, where they are not the committed ones. */
  readonly rules?: (naming: Sampling['naming']) => readonly string[];
  /** Labels that distinguish alerts of one name and severity. */
  readonly by?: readonly string[];
  /** Lasts a day or more: evaluated every 5 min. */
  readonly long?: boolean;
}

/** Alerts without the `Resilience` of their names, such as `ErrorBudgetBurn critical`. */
interface Expected {
  readonly fires?: readonly string[];
  readonly silent?: readonly string[];
}

export const SITUATION_SAMPLINGS: readonly Sampling[] = [
  { naming: 'prometheus-exporter', interval: 15 },
  { naming: 'otlp', interval: 60 },
];

/** The failure that promtool reports, if there is one. */
export async function offence(
  situation: Situation,
  sampling: Sampling,
): Promise<string | undefined> {
  const { title, jobs, firing, by = [], long = false, rules = committed } = situation;
  const until = Math.max(...Object.keys(firing).map(Number));
  const series = Object.entries(jobs).flatMap(([job, replicas]) =>
    replicas.flatMap((replica) => sampled(replica, job, sampling, until)),
  );
  const tests = Object.entries(firing).flatMap(([time, { fires = [], silent = [] }]) =>
    [...fires, ...silent].map((alert) => {
      const [name, severity, ...values] = alert.split(' ');
      const labels =
        by.length === 1
          ? [`${by[0]}="${values.join(' ')}"`]
          : by.map((label, i) => `${label}="${values[i]}"`);
      const matchers = [
        `alertname="Resilience${name}"`,
        'alertstate="firing"',
        ...(severity ? [`severity="${severity}"`] : []),
        ...labels,
      ];
      return {
        expr: `group(ALERTS{${matchers.join(',')}})`,
        eval_time: `${time}s`,
        exp_samples: fires.includes(alert) ? [{ labels: '{}', value: 1 }] : [],
      };
    }),
  );
  const names = Object.values(firing)
    .flatMap(({ fires = [], silent = [] }) => [...fires, ...silent])
    .map((alert) => `Resilience${alert.split(' ')[0]}`);
  const file = stringify({ groups: rulesOf(names, rules(sampling.naming)) });
  try {
    await withFile('rules.yaml', file, (path) =>
      promtool({
        rule_files: [path],
        evaluation_interval: long ? '300s' : '60s',
        tests: [
          { interval: `${sampling.interval}s`, input_series: series, promql_expr_test: tests },
        ],
      }),
    );
    return undefined;
  } catch (error) {
    return `${sampling.naming}, sampled every ${sampling.interval} s: ${title}\n${String(error).slice(0, 1500)}`;
  }
}

interface Stack {
  /** What its circuit breaker goes through. */
  readonly circuit: readonly Stay[];
  readonly executions?: Partial<Record<Outcome, Value>>;
  readonly active?: Value;
  /** Whether an open circuit rejects a call per second, or the number of calls that it rejects. */
  readonly rejected?: boolean | Value;
  readonly failed?: Value;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A replica of a policy with a circuit breaker, and the outcomes of its executions. */
export function stack(
  instance: string,
  { circuit, executions = {}, active = () => 0, rejected = true, failed, labels }: Stack,
): Replica {
  const replica = circuits(instance, [circuit], {
    calls: rejected === true,
    ...(typeof rejected === 'function' ? { rejected } : {}),
    ...(failed ? { failed } : {}),
    ...(labels ? { labels } : {}),
  });
  return {
    ...replica,
    series: [
      ...replica.series,
      ...closed(
        EXECUTIONS,
        'servicenow',
        Object.entries(executions).map(([outcome, value]) => [{ [ATTR_OUTCOME]: outcome }, value]),
      ),
      ...closed(EXECUTION_ACTIVE, 'servicenow', [[{}, active]]),
    ],
  };
}
