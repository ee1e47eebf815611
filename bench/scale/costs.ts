import { parse } from 'yaml';
import { asksOf, type Dashboard, panelsOf } from '../../docs/pictures/grafana.ts';
import { generate } from '../../src/generate/index.ts';
import { policyName } from './behaviour.ts';
import { type Client, type Cost, type Range, TIMES } from './client.ts';
import { SCRAPE_SECONDS } from './prometheus.ts';

export interface PanelCost extends Cost {
  readonly dashboard: string;
  readonly title: string;
  /** That come to the browser. */
  readonly series: number;
  readonly fault?: string;
}

type Log = (line: string) => void;

const WIDTH = 1280;
/** A dashboard of one policy shows one that fails. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'resilience-policy': { policy: policyName(3) },
};

/** Of each panel the slowest query. */
export async function panelCosts(client: Client, range: Range, log: Log): Promise<PanelCost[]> {
  const costs: PanelCost[] = [];
  for (const content of contents('dashboards/')) {
    const dashboard = JSON.parse(content) as Dashboard;
    const variables = CHOSEN[dashboard.uid] ?? {};
    const shown = { ...range, width: WIDTH, scrapeInterval: SCRAPE_SECONDS, variables };
    for (const panel of panelsOf(dashboard)) {
      const asked = [];
      for (const ask of asksOf(dashboard, panel, shown)) asked.push(await client.cost(ask, range));
      if (asked.length === 0) continue;
      const fault = asked.find((each) => each.fault)?.fault;
      const cost = {
        dashboard: dashboard.uid,
        title: panel.title ?? '',
        seconds: Math.max(...asked.map(({ seconds }) => seconds)),
        usual: Math.max(...asked.map(({ usual }) => usual)),
        series: asked.reduce((sum, { series }) => sum + series, 0),
        ...(fault ? { fault } : {}),
      };
      log(
        `${cost.dashboard}: ${cost.title}: ${cost.seconds.toFixed(2)} s ` +
          `(${cost.usual.toFixed(2)} s), ${cost.series} series ${fault ?? ''}`,
      );
      costs.push(cost);
    }
  }
  return costs;
}

/**
 * Of each group of rules the sum of its rules, asked one after the other as Prometheus does, round by
 * round: a collection of garbage takes longer than a rule asked five times in a row.
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
  const least = rules.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < TIMES; round++) {
    for (const [index, { name, expr }] of rules.entries()) {
      const { seconds, fault } = await client.cost({ expr, instant: true, step: 0 }, range, 1);
      least[index] = Math.min(least[index] ?? seconds, seconds);
      if (fault) log(`${name}: ${fault}`);
    }
  }
  const costs: Record<string, number> = {};
  for (const [index, { group, name }] of rules.entries()) {
    const seconds = least[index] ?? 0;
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
