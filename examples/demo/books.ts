/** Numbers by service and what is counted, such as `servicenow success`. */
export type Ledger = ReadonlyMap<string, number>;

export const OUTCOMES = [
  'success',
  'fallback',
  'failure',
  'rejected',
  'timed_out',
  'cancelled',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** What the demo counts by itself, knowing nothing of the metrics: each call and each request. */
export class Book {
  readonly ledger = new Map<string, number>();

  count(service: string, what: Outcome | 'requests'): void {
    const key = `${service} ${what}`;
    this.ledger.set(key, (this.ledger.get(key) ?? 0) + 1);
  }
}

/** The same numbers as the metrics have them; a request is a call that reached the timeout. */
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

export function ledgerOf(samples: Iterable<Sample>): Ledger {
  const ledger = new Map<string, number>();
  for (const { metric, labels, value } of samples) {
    const what = COUNTERS[metric as keyof typeof COUNTERS]?.(labels);
    if (what === undefined) continue;
    const key = `${labels['resilience_policy_name']} ${what}`;
    ledger.set(key, (ledger.get(key) ?? 0) + value);
  }
  return ledger;
}

/** Reads the page of a Prometheus endpoint. */
export async function scrape(url: string): Promise<Ledger> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return ledgerOf(samplesOf(await response.text()));
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

/** Asks a Prometheus for the same numbers. */
export async function query(prometheus: string): Promise<Ledger> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', `{__name__=~"${Object.keys(COUNTERS).join('|')}"}`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const { data } = (await response.json()) as { data: { result: readonly Found[] } };
  return ledgerOf(
    data.result.map(({ metric: { __name__: metric = '', ...labels }, value: [, value] }) => ({
      metric,
      labels,
      value: Number(value),
    })),
  );
}

interface Found {
  readonly metric: Labels;
  readonly value: readonly [time: number, value: string];
}

/** What differs, one line each; what is not there is zero. */
export function differences(own: Ledger, other: Ledger): string[] {
  return [...new Set([...own.keys(), ...other.keys()])]
    .filter((key) => (own.get(key) ?? 0) !== (other.get(key) ?? 0))
    .map((key) => `${key}: ${own.get(key) ?? 0} counted, ${other.get(key) ?? 0} in the metrics`);
}
