import { setTimeout as sleep } from 'node:timers/promises';
import { type Ask, asksOf, type Dashboard, panelsOf } from '../../docs/pictures/grafana.ts';
import { generate } from '../../src/generate/index.ts';
import { median } from '../paired.ts';
import { policyName } from './behaviour.ts';
import { SCRAPE_SECONDS, type Size, startFleet } from './prometheus.ts';

export interface Plan extends Size {
  /** Of scrapes at the clock's pace. */
  readonly minutes: number;
  /** Minutes before them that are scraped at a faster pace. */
  readonly past: number;
  /** Seconds between two scrapes of the past. */
  readonly pace: number;
}

export interface PanelCost {
  readonly dashboard: string;
  readonly title: string;
  /** Of its slowest query, when it was disturbed least. */
  readonly seconds: number;
  /** The median. */
  readonly usual: number;
  /** That come to the browser. */
  readonly series: number;
  readonly fault?: string;
}

export interface Measured {
  readonly plan: Plan;
  readonly series: number;
  readonly scrapeSeconds: number;
  readonly down: number;
  readonly memoryBytes: number;
  /** Seconds that the rules of a group take: least of all evaluations that were seen, and usually. */
  readonly groups: Readonly<Record<string, { readonly seconds: number; readonly usual: number }>>;
  readonly missed: number;
  readonly panels: readonly PanelCost[];
  /** Minutes that the panels show. */
  readonly shown: number;
}

const WIDTH = 1280;
const TIMES = 5;
/** No query is asked again that has taken so many seconds in all. */
const ENOUGH_SECONDS = 6;
/** A dashboard of one policy shows one that fails. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'resilience-policy': { policy: policyName(3) },
};
const HOUR = 60;

export async function measure(plan: Plan, log: (line: string) => void): Promise<Measured> {
  const fleet = await startFleet(plan, plan.past * 60, plan.pace);
  try {
    log(`${plan.replicas} x ${plan.policies} at ${fleet.prometheus}`);
    const groups: Record<string, number[]> = {};
    const until = performance.now() + plan.minutes * 60_000;
    while (performance.now() < until) {
      await sleep(Math.min(SCRAPE_SECONDS * 1000, Math.max(0, until - performance.now())));
      for (const [name, seconds] of await groupTimes(fleet.prometheus)) {
        groups[name] = [...(groups[name] ?? []), seconds];
      }
    }
    const shown = Math.min(HOUR, plan.minutes + plan.past);
    const metric = async (name: string) => [...(await own(fleet.prometheus, name))][0]?.[1] ?? 0;
    const one = async (expr: string) => (await instant(fleet.prometheus, expr))[0] ?? 0;
    const measured = {
      plan,
      series: await metric('prometheus_tsdb_head_series'),
      scrapeSeconds: await one('avg(scrape_duration_seconds)'),
      down: await one('count(up == 0)'),
      memoryBytes: await metric('process_resident_memory_bytes'),
      groups: Object.fromEntries(
        Object.entries(groups).map(([name, all]) => [name, leastAndUsual(all)]),
      ),
      missed: (await own(fleet.prometheus, 'prometheus_rule_group_iterations_missed_total')).reduce(
        (sum, [, value]) => sum + value,
        0,
      ),
    };
    return { ...measured, panels: await panels(fleet.prometheus, shown, log), shown };
  } finally {
    await fleet.stop();
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

/** Other work on the machine makes a time longer, and never shorter. */
function leastAndUsual(times: readonly number[]) {
  return { seconds: Math.min(...times), usual: median(times) };
}

/** Groups that have been evaluated, by their names. */
async function groupTimes(prometheus: string): Promise<[string, number][]> {
  const times = await own(prometheus, 'prometheus_rule_group_last_duration_seconds');
  return times
    .map(([labels, value]): [string, number] => [/;([^;"]+)"/.exec(labels)?.[1] ?? labels, value])
    .filter(([, value]) => value > 0);
}

/** A metric that Prometheus has of itself. */
async function own(prometheus: string, name: string): Promise<[string, number][]> {
  const page = await (await fetch(`${prometheus}/metrics`)).text();
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => [
      line.slice(name.length, line.lastIndexOf(' ')),
      Number(line.split(' ').at(-1)),
    ]);
}

async function instant(prometheus: string, query: string): Promise<number[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result.map(({ value }) => Number(value[1]));
}

async function panels(prometheus: string, minutes: number, log: (line: string) => void) {
  const costs: PanelCost[] = [];
  for (const [path, content] of Object.entries(generate())) {
    if (!path.startsWith('dashboards/')) continue;
    const dashboard = JSON.parse(content) as Dashboard;
    const variables = CHOSEN[dashboard.uid] ?? {};
    for (const panel of panelsOf(dashboard)) {
      const to = Date.now() / 1000;
      const shown = {
        from: to - minutes * 60,
        to,
        width: WIDTH,
        scrapeInterval: SCRAPE_SECONDS,
        variables,
      };
      const asked = [];
      for (const ask of asksOf(dashboard, panel, shown))
        asked.push(await timed(prometheus, ask, shown));
      if (asked.length === 0) continue;
      const cost = {
        dashboard: dashboard.uid,
        title: panel.title ?? '',
        seconds: Math.max(...asked.map(({ seconds }) => seconds)),
        usual: Math.max(...asked.map(({ usual }) => usual)),
        series: asked.reduce((sum, { series }) => sum + series, 0),
      };
      const fault = asked.find((each) => each.fault)?.fault;
      costs.push({ ...cost, ...(fault ? { fault } : {}) });
      log(
        `${cost.dashboard}: ${cost.title}: ${cost.seconds.toFixed(2)} s (${cost.usual.toFixed(2)} s), ${cost.series} series ${fault ?? ''}`,
      );
    }
  }
  return costs;
}

interface Timed {
  readonly seconds: number;
  readonly usual: number;
  readonly series: number;
  readonly fault?: string;
}

async function timed(
  prometheus: string,
  ask: Ask,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Timed> {
  const { expr: query, step } = ask;
  const path = ask.instant ? 'query' : 'query_range';
  const at = ask.instant ? { time: to } : { start: from, end: to, step };
  const body = new URLSearchParams({ query });
  for (const [name, value] of Object.entries(at)) body.set(name, String(value));
  const times: number[] = [];
  let series = 0;
  for (let i = 0; i < TIMES && sumOf(times) < ENOUGH_SECONDS; i++) {
    const start = performance.now();
    const response = await fetch(`${prometheus}/api/v1/${path}`, { method: 'POST', body });
    const text = await response.text();
    times.push((performance.now() - start) / 1000);
    const { data, error } = JSON.parse(text) as { data?: { result: unknown[] }; error?: string };
    if (error !== undefined) return { ...leastAndUsual(times), series, fault: error };
    series = data?.result.length ?? 0;
  }
  return { ...leastAndUsual(times), series };
}
