import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../paired.ts';
import { Client, type Cost } from './client.ts';
import { type PanelCost, panelCosts, ruleCosts } from './costs.ts';
import { SCRAPE_SECONDS, type Size, startFleet } from './prometheus.ts';

export interface Plan extends Size {
  /** Minutes of scrapes in real time. */
  readonly minutes: number;
  /** Minutes of earlier scrapes at a faster pace. */
  readonly past: number;
  /** Seconds between two of the earlier scrapes. */
  readonly pace: number;
}

/** The cost of one evaluation. The median is that of the evaluations by Prometheus itself. */
export interface GroupCost extends Cost {
  /** Seconds between two evaluations. */
  readonly interval: number;
}

export interface Measured {
  readonly plan: Plan;
  readonly prometheus: string;
  readonly series: number;
  readonly scrapeSeconds: number;
  readonly down: number;
  readonly memoryBytes: number;
  readonly groups: Readonly<Record<string, GroupCost>>;
  readonly missed: number;
  readonly panels: readonly PanelCost[];
  /** Minutes that panels show. */
  readonly shown: number;
}

const HOUR = 60;

/** Scrapes a fleet, then stops scraping and measures each rule and panel. */
export async function measure(plan: Plan, log: (line: string) => void): Promise<Measured> {
  const fleet = await startFleet(plan, plan.past * 60, plan.pace);
  try {
    const client = new Client(fleet.prometheus);
    log(`${plan.replicas} replicas of ${plan.policies} policies at ${fleet.prometheus}`);
    const evaluated: Record<string, number[]> = {};
    const until = performance.now() + plan.minutes * 60_000;
    while (performance.now() < until) {
      await sleep(Math.min(SCRAPE_SECONDS * 1000, Math.max(0, until - performance.now())));
      for (const [name, seconds] of await byGroup(client, 'last_duration_seconds')) {
        evaluated[name] = [...(evaluated[name] ?? []), seconds];
      }
    }
    const first = async (name: string) => (await client.own(name))[0]?.[1] ?? 0;
    const intervals = new Map(await byGroup(client, 'interval_seconds'));
    const missed = await client.own('prometheus_rule_group_iterations_missed_total');
    const watched = {
      prometheus: await client.version(),
      series: await first('prometheus_tsdb_head_series'),
      scrapeSeconds: await client.value('avg(scrape_duration_seconds)'),
      down: await client.value('count(up == 0)'),
      memoryBytes: await first('process_resident_memory_bytes'),
      missed: missed.reduce((sum, [, value]) => sum + value, 0),
    };
    const shown = Math.min(HOUR, plan.minutes + plan.past);
    const to = Date.now() / 1000;
    const range = { from: to - shown * 60, to };
    await fleet.rest();
    const rules = await ruleCosts(client, range, log);
    const groups = Object.fromEntries(
      Object.entries(rules).map(([name, seconds]) => [
        name,
        {
          seconds,
          median: median(evaluated[name] ?? []),
          interval: intervals.get(name) ?? Number.NaN,
        },
      ]),
    );
    return { plan, ...watched, groups, panels: await panelCosts(client, range, log), shown };
  } finally {
    await fleet.stop();
  }
}

/** A metric that Prometheus exports about each group of rules, without groups that it has not evaluated. */
async function byGroup(
  client: Client,
  metric: 'last_duration_seconds' | 'interval_seconds',
): Promise<[string, number][]> {
  const values = await client.own(`prometheus_rule_group_${metric}`);
  return values
    .map(([labels, value]): [string, number] => [/;([^;"]+)"/.exec(labels)?.[1] ?? labels, value])
    .filter(([, value]) => value > 0);
}
