import { expect, it } from 'vitest';
import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { labelReference } from '../../src/semconv/prometheus.ts';
import { failuresOf, SAMPLINGS, type TestedSampling, type UnitTest } from './promtool.ts';
import { type Replica, sampled } from './series.ts';

/** What replicas of one service go through, and when an alert must be firing. */
export interface Scenario {
  /** Completes the name of the alert to a sentence. */
  readonly title: string;
  readonly replicas: readonly Replica[];
  /** For whom it must be firing at each time, in seconds, and for nobody else. */
  readonly firing: Readonly<Record<number, readonly string[]>>;
  /** Of two alerts of one name, which. */
  readonly severity?: string;
  /** Days are sampled every 60 s and judged every 5 min. */
  readonly long?: boolean;
}

export interface Table {
  readonly alert: string;
  /** The label whose values `firing` lists. */
  readonly label: 'instance' | 'policy' | 'dependency' | 'job';
  readonly scenarios: readonly Scenario[];
}

export const minutes = (count: number): number => Math.round(count * 60_000) / 1000;

/** When things begin to go wrong: what runs longer than a window has a past. */
export const T = minutes(20);

/** Never in all this time, looked at every so often. */
export function never(until: number, step = 60): Record<number, readonly string[]> {
  return Object.fromEntries(
    Array.from({ length: Math.floor(until / step) + 1 }, (_, i) => [i * step, []]),
  );
}

/** The same at every time of a period. */
export function always(
  who: readonly string[],
  from: number,
  to: number,
  step = 60,
): Record<number, readonly string[]> {
  return Object.fromEntries(
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => [from + i * step, who]),
  );
}

type Play = Scenario & Omit<Table, 'scenarios'> & { readonly job: string };

/** Lets promtool play all scenarios of each table, each as a job of its own, on every road. */
export function play(tables: readonly Table[], roads: readonly TestedSampling[] = SAMPLINGS): void {
  it.each(tables)(
    '$alert fires when its scenarios say so, and only then',
    async (table) => {
      const wrong: string[] = [];
      for (const road of roads) wrong.push(...(await offenders(table, road)));
      expect(wrong).toEqual([]);
    },
    180_000,
  );
}

/** The scenarios of an alert that did not go as expected on a road, with promtool's words. */
async function offenders({ scenarios, ...table }: Table, road: TestedSampling): Promise<string[]> {
  const plays = scenarios
    .map((scenario, i): Play => ({ ...table, ...scenario, job: `scenario ${i}` }))
    .filter(({ long = false }) => long === (road.long ?? false));
  if (plays.length === 0) return [];
  const failures = await failuresOf(road, table.alert, testsOf(plays, road));
  const { naming, interval, evaluation } = road;
  return plays
    .filter(({ job }) => failures.has(job))
    .map(
      ({ job, title }) =>
        `${naming}, sampled every ${interval} s, evaluated every ${evaluation} s: ${title}\n${failures.get(job)}`,
    );
}

const WHO = { policy: ATTR_POLICY_NAME, dependency: ATTR_DEPENDENCY_NAME } as const;

/** The unit tests of scenarios that are sampled on a road. */
export function testsOf(plays: readonly Play[], road: TestedSampling): UnitTest {
  const { naming, jobLabel = 'job', instanceLabel = 'instance' } = road;
  const labels = { job: jobLabel, instance: instanceLabel, ...WHO };
  return {
    interval: `${road.interval}s`,
    input_series: plays.flatMap(({ replicas, firing, job }) => {
      const until = Math.max(...Object.keys(firing).map(Number));
      return replicas.flatMap((replica) => sampled(replica, job, road, until));
    }),
    promql_expr_test: plays.flatMap(({ alert, severity, label: who, firing, job }) => {
      const label = labelReference(labels[who], naming);
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
          labels: name === '' ? '{}' : `{${label}=${JSON.stringify(who === 'job' ? job : name)}}`,
          value: 1,
        })),
      }));
    }),
  };
}
