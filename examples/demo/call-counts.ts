/** Counts by service and outcome, such as `servicenow success`. */
export type Counts = ReadonlyMap<string, number>;

export const OUTCOMES = [
  'success',
  'fallback',
  'failure',
  'rejected',
  'timed_out',
  'cancelled',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Counts calls and requests of the demo, independent of the metrics. */
export class CallCounts {
  readonly counts = new Map<string, number>();

  add(service: string, what: Outcome | 'requests'): void {
    const key = `${service} ${what}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}

/** The metrics with the same counts. A request is a call of the innermost policy, the timeout. */
const COUNTERS = {
  resilience_executions_total: (labels: Labels) => labels['resilience_outcome'],
  resilience_timeout_calls_total: () => 'requests',
} as const;

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly metric: string;
  readonly labels: Labels;
  readonly value: number;
}

export function toCounts(samples: Iterable<Sample>): Counts {
  const ledger = new Map<string, number>();
  for (const { metric, labels, value } of samples) {
    const what = COUNTERS[metric as keyof typeof COUNTERS]?.(labels);
    if (what === undefined) continue;
    const key = `${labels['resilience_policy_name']} ${what}`;
    ledger.set(key, (ledger.get(key) ?? 0) + value);
  }
  return ledger;
}

/** Reads the counts from a Prometheus endpoint. */
export async function scrape(url: string): Promise<Counts> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} responded with ${response.status}`);
  return toCounts(samplesOf(await response.text()));
}

function* samplesOf(page: string): Generator<Sample> {
  for (const [, metric = '', labels = '', value] of page.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    yield {
      metric,
      labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])),
      value: Number(value),
    };
  }
}

/** Reads the counts from a Prometheus server. */
export async function query(prometheus: string): Promise<Counts> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', `{__name__=~"${Object.keys(COUNTERS).join('|')}"}`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} responded with ${response.status}`);
  const { data } = (await response.json()) as { data: { result: readonly QueryResult[] } };
  return toCounts(
    data.result.map(({ metric: { __name__: metric = '', ...labels }, value: [, value] }) => ({
      metric,
      labels,
      value: Number(value),
    })),
  );
}

interface QueryResult {
  readonly metric: Labels;
  readonly value: readonly [time: number, value: string];
}

/** One line for each difference; a missing count is 0. */
export function listDifferences(counted: Counts, exported: Counts): string[] {
  return [...new Set([...counted.keys(), ...exported.keys()])]
    .filter((key) => (counted.get(key) ?? 0) !== (exported.get(key) ?? 0))
    .map(
      (key) => `${key}: ${counted.get(key) ?? 0} counted, ${exported.get(key) ?? 0} in the metrics`,
    );
}
