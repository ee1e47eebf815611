import { generate } from '../../src/generate/index.ts';
import { dashboardsIn } from '../support/generated.ts';

export interface AskedPanel {
  readonly dashboard: string;
  readonly title: string;
  readonly targets: readonly {
    readonly refId: string;
    /** The query for each policy in turn, where a dashboard shows only one. */
    readonly exprs: readonly string[];
    readonly instant: boolean;
  }[];
}

/** What Grafana would put in the place of its variables, with everything chosen. */
const VARIABLES: Readonly<Record<string, string>> = {
  __rate_interval: '1s',
  __interval: '1s',
  __range: '60s',
  job: '.*',
  instance: '.*',
};

/** Every panel of every dashboard that asks something, with all times divided. */
export function panelsOf(timeScale: number, policies: readonly string[]): AskedPanel[] {
  return dashboardsIn(generate({ timeScale })).flatMap(({ uid, panels, templating }) => {
    const isOne = templating.list.some(({ name, multi }) => name === 'policy' && !multi);
    return panels
      .filter(({ targets = [] }) => targets.length > 0)
      .map(({ title, targets = [] }) => ({
        dashboard: uid,
        title,
        targets: targets.map(({ refId, expr, instant = false }) => ({
          refId,
          exprs: (isOne ? policies : ['.*']).map((policy) => filled(expr, policy)),
          instant,
        })),
      }));
  });
}

function filled(expr: string, policy: string): string {
  return expr.replace(/\$(\w+)/g, (all, name) => ({ ...VARIABLES, policy })[name as string] ?? all);
}

/**
 * How many series Prometheus answers a query with.
 *
 * @throws Error with its words if it does not answer
 */
export async function answered(
  prometheus: string,
  path: 'query' | 'query_range',
  parameters: Readonly<Record<string, string | number>>,
): Promise<number> {
  const body = new URLSearchParams(
    Object.entries(parameters).map(([key, value]) => [key, String(value)] as [string, string]),
  );
  const response = await fetch(new URL(`/api/v1/${path}`, prometheus), { method: 'POST', body });
  const { data, error } = (await response.json()) as {
    data?: { result: { value?: [number, string]; values?: [number, string][] }[] };
    error?: string;
  };
  if (data === undefined) throw new Error(`${error}: ${parameters['query']}`);
  // A series of nothing but NaN shows nothing.
  return data.result.filter(({ value, values = [] }) =>
    [...(value ? [value] : []), ...values].some(([, number]) => number !== 'NaN'),
  ).length;
}
