import { parse } from 'yaml';
import { asksOf, type Dashboard, panelsOf } from '../../docs/pictures/grafana.ts';
import { generate } from '../../src/generate/index.ts';
import { policyName } from './behaviour.ts';
import type { Client, Cost, Range } from './client.ts';
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

/** Of each group of rules the sum of its rules, asked one after the other as Prometheus does. */
export async function ruleCosts(
  client: Client,
  range: Range,
  log: Log,
): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  for (const content of contents('alerts/')) {
    const { groups } = parse(content) as {
      groups: { name: string; rules: { alert?: string; record?: string; expr: string }[] }[];
    };
    for (const { name, rules } of groups) {
      for (const { alert, record, expr } of rules) {
        const { seconds, fault } = await client.cost({ expr, instant: true, step: 0 }, range);
        if (seconds > 0.1 || fault)
          log(`${alert ?? record}: ${seconds.toFixed(2)} s ${fault ?? ''}`);
        costs[name] = (costs[name] ?? 0) + seconds;
      }
    }
  }
  return costs;
}

function contents(folder: string): string[] {
  return Object.entries(generate())
    .filter(([path]) => path.startsWith(folder))
    .map(([, content]) => content);
}
