import { expect, it } from 'vitest';
import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { labelReference } from '../../src/semconv/prometheus.ts';
import { failuresOf, SAMPLINGS, type TestedSampling, type UnitTest } from './promtool.ts';
import { type Replica, sampled } from './series.ts';

/** What happens to the replicas of a service, and when an alert fires. */
export interface Scenario {
  /** The situation, and whether the alert fires. */
  readonly title: string;
  readonly replicas: readonly Replica[];
  /** The values of `Table.label` for which the alert fires, at times in seconds. */
  readonly firing: Readonly<Record<number, readonly string[]>>;
  /** The severity, where several alerts share a name. */
  readonly severity?: string;
  /** Lasts days: sampled every 60 s and evaluated every 5 min. */
  readonly long?: boolean;
}

export interface Table {
  readonly alert: string;
  /** The label whose values `firing` lists. */
  readonly label: 'instance' | 'policy' | 'dependency' | 'job';
  readonly scenarios: readonly Scenario[];
}

export const minutes = (count: number): number => Math.round(count * 60_000) / 1000;

/** The start of an incident, later than the start of the process. */
export const T = minutes(20);

/** Silent from 0 until a time. */
export function never(until: number, step = 60): Record<number, readonly string[]> {
  return Object.fromEntries(
    Array.from({ length: Math.floor(until / step) + 1 }, (_, i) => [i * step, []]),
  );
}

/** Firing for these values from one time to another. */
export function always(
  values: readonly string[],
  from: number,
  to: number,
  step = 60,
): Record<number, readonly string[]> {
  return Object.fromEntries(
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => [from + i * step, values]),
  );
}

type Play = Scenario & Omit<Table, 'scenarios'> & { readonly job: string };

/** Tests the scenarios of each table with promtool, each as a separate job, for every sampling. */
export function play(
  tables: readonly Table[],
  samplings: readonly TestedSampling[] = SAMPLINGS,
): void {
  it.each(tables)(
    '$alert fires as its scenarios expect',
    async (table) => {
      const wrong: string[] = [];
      for (const sampling of samplings) wrong.push(...(await offenders(table, sampling)));
      expect(wrong).toEqual([]);
    },
    180_000,
  );
}

/** The scenarios that fail with a sampling, and what promtool reports. */
async function offenders(
  { scenarios, ...table }: Table,
  sampling: TestedSampling,
): Promise<string[]> {
  const plays = scenarios
    .map((scenario, i): Play => ({ ...table, ...scenario, job: `scenario ${i}` }))
    .filter(({ long = false }) => long === (sampling.long ?? false));
  if (plays.length === 0) return [];
  const failures = await failuresOf(sampling, table.alert, testsOf(plays, sampling));
  const { naming, interval, evaluation } = sampling;
  return plays
    .filter(({ job }) => failures.has(job))
    .map(
      ({ job, title }) =>
        `${naming}, sampled every ${interval} s, evaluated every ${evaluation} s: ${title}\n${failures.get(job)}`,
    );
}

const SUBJECT_LABELS = { policy: ATTR_POLICY_NAME, dependency: ATTR_DEPENDENCY_NAME } as const;

/** The promtool unit test of scenarios. */
export function testsOf(plays: readonly Play[], sampling: TestedSampling): UnitTest {
  const { naming, jobLabel = 'job', instanceLabel = 'instance' } = sampling;
  const labels = { job: jobLabel, instance: instanceLabel, ...SUBJECT_LABELS };
  return {
    interval: `${sampling.interval}s`,
    input_series: plays.flatMap(({ replicas, firing, job }) => {
      const until = Math.max(...Object.keys(firing).map(Number));
      return replicas.flatMap((replica) => sampled(replica, job, sampling, until));
    }),
    promql_expr_test: plays.flatMap(({ alert, severity, label: caller, firing, job }) => {
      const label = labelReference(labels[caller], naming);
      const wanted = [
        `alertname="${alert}"`,
        'alertstate="firing"',
        `${jobLabel}="${job}"`,
        ...(severity ? [`severity="${severity}"`] : []),
      ];
      return Object.entries(firing).map(([time, names]) => ({
        expr: `group by (${label}) (ALERTS{${wanted.join(',')}})`,
        eval_time: `${time}s`,
        exp_samples: names.map((name) => ({
          labels:
            name === '' ? '{}' : `{${label}=${JSON.stringify(caller === 'job' ? job : name)}}`,
          value: 1,
        })),
      }));
    }),
  };
}
