import { parse } from 'yaml';
import { asksOf, type Dashboard, panelsOf } from '../../docs/pictures/grafana.ts';
import { generate } from '../../src/generate/index.ts';
import { policyName } from './behaviour.ts';
import { type Client, type Cost, type Range, TIMES } from './client.ts';
import { SCRAPE_SECONDS } from './prometheus.ts';

export interface PanelCost extends Cost {
  readonly dashboard: string;
  readonly title: string;
  /** Series that the browser receives. */
  readonly series: number;
  readonly error?: string;
}

type Log = (line: string) => void;

const WIDTH = 1280;
/** The dashboard of one policy shows a policy that fails. */
const VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'resilience-policy': { policy: policyName(3) },
};

/** The slowest query of each panel. */
export async function panelCosts(client: Client, range: Range, log: Log): Promise<PanelCost[]> {
  const costs: PanelCost[] = [];
  for (const content of contents('dashboards/')) {
    const dashboard = JSON.parse(content) as Dashboard;
    const variables = VARIABLES[dashboard.uid] ?? {};
    const shown = { ...range, width: WIDTH, scrapeInterval: SCRAPE_SECONDS, variables };
    for (const panel of panelsOf(dashboard)) {
      const results = [];
      for (const ask of asksOf(dashboard, panel, shown))
        results.push(await client.cost(ask, range));
      if (results.length === 0) continue;
      const error = results.find((result) => result.error)?.error;
      const cost = {
        dashboard: dashboard.uid,
        title: panel.title ?? '',
        seconds: Math.max(...results.map(({ seconds }) => seconds)),
        median: Math.max(...results.map(({ median }) => median)),
        series: results.reduce((sum, { series }) => sum + series, 0),
        ...(error ? { error } : {}),
      };
      log(
        `${cost.dashboard}: ${cost.title}: ${cost.seconds.toFixed(2)} s ` +
          `(${cost.median.toFixed(2)} s), ${cost.series} series ${error ?? ''}`,
      );
      costs.push(cost);
    }
  }
  return costs;
}

/**
 * The cost of each group: the sum of its rules, evaluated one after the other as Prometheus does. All
 * rules run in every round, so that garbage collection does not hit one rule in each of its runs.
 */
export async function ruleCosts(
  client: Client,
  range: Range,
  log: Log,
): Promise<Record<string, number>> {
  const rules = contents('alerts/').flatMap((content) =>
    (parse(content) as Rules).groups.flatMap(({ name: group, rules }) =>
      rules.map(({ alert, record, expr }) => ({ group, name: alert ?? record, expr })),
    ),
  );
  const minimum = rules.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < TIMES; round++) {
    for (const [index, { name, expr }] of rules.entries()) {
      const { seconds, error } = await client.cost({ expr, instant: true, step: 0 }, range, 1);
      minimum[index] = Math.min(minimum[index] ?? seconds, seconds);
      if (error) log(`${name}: ${error}`);
    }
  }
  const costs: Record<string, number> = {};
  for (const [index, { group, name }] of rules.entries()) {
    const seconds = minimum[index] ?? 0;
    if (seconds > 0.1) log(`${name}: ${seconds.toFixed(2)} s`);
    costs[group] = (costs[group] ?? 0) + seconds;
  }
  return costs;
}

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { alert?: string; record?: string; expr: string }[];
  }[];
}

function contents(folder: string): string[] {
  return Object.entries(generate())
    .filter(([path]) => path.startsWith(folder))
    .map(([, content]) => content);
}
