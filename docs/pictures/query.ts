import type { Ask } from './grafana.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly refId: string;
  readonly labels: Labels;
  /** As the legend has it; empty where the query names none. */
  readonly name: string;
  /** By time, in seconds of the clock. */
  readonly points: ReadonlyMap<number, number>;
}

type Point = readonly [number, string];

/** What Prometheus answers. @throws Error with what it says is wrong */
export async function query(
  prometheus: string,
  ask: Ask,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Series[]> {
  const url = new URL(ask.instant ? '/api/v1/query' : '/api/v1/query_range', prometheus);
  // Points lie on multiples of the step, as Grafana has them, so that a reload moves none.
  const start = Math.floor(from / ask.step) * ask.step;
  const at = ask.instant ? { time: to } : { start, end: to, step: ask.step };
  for (const [name, value] of Object.entries({ query: ask.expr, ...at })) {
    url.searchParams.set(name, String(value));
  }
  const { data, error } = (await (await fetch(url)).json()) as {
    data?: { result: { metric: Labels; values?: Point[]; value?: Point }[] };
    error?: string;
  };
  if (data === undefined) throw new Error(`${error}: ${ask.expr}`);
  return data.result.map(({ metric, values, value }) => ({
    refId: ask.refId,
    labels: metric,
    name: named(ask.legend, metric),
    points: new Map((values ?? (value ? [value] : [])).map(([time, text]) => [time, Number(text)])),
  }));
}

function named(legend: string, labels: Labels): string {
  if (legend === '' || legend === '__auto') return Object.values(labels).join(' ');
  return legend.replace(/{{\s*(.+?)\s*}}/g, (_, label: string) => labels[label] ?? '');
}

/** The last of its values that is a number. */
export function lastOf({ points }: Series): number | undefined {
  return [...points.values()].filter((value) => !Number.isNaN(value)).at(-1);
}
