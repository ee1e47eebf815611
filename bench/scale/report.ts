import { cpus } from 'node:os';
import type { PanelCost } from './costs.ts';
import type { Measured } from './measure.ts';

/** What the issue of scale may cost: seconds for all rules, seconds and series for a panel. */
const MOST = { rules: 1, panel: 1, series: 1000 } as const;

const SLOWEST = 5;

export function rulesSeconds({ groups }: Measured, which: 'seconds' | 'usual' = 'seconds'): number {
  return Object.values(groups).reduce((sum, group) => sum + group[which], 0);
}

/** One fleet, in full. */
export function costTable(measured: Measured): string {
  const { plan, series, panels, groups } = measured;
  const slowest = worst(panels, ({ seconds }) => seconds);
  const widest = worst(panels, ({ series: count }) => count);
  const loads = [...new Set(panels.map(({ dashboard }) => dashboard))].map((dashboard) => {
    const own = panels.filter((each) => each.dashboard === dashboard);
    return `${dashboard} ${own.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s for ${own.length} panels`;
  });
  const over = panels.filter(({ seconds }) => seconds > MOST.panel);
  const rows = [
    [
      'all rules, one evaluation',
      limit(rulesSeconds(measured), MOST.rules, 's'),
      `${rulesSeconds(measured, 'usual').toFixed(2)} s`,
      'its groups, one after the other; they run side by side',
    ],
    ...Object.entries(groups)
      .sort(([, a], [, b]) => b.seconds - a.seconds)
      .map(([name, { seconds, usual }]) => [
        `&nbsp; ${name}`,
        `${seconds.toFixed(2)} s`,
        `${usual.toFixed(2)} s`,
        '',
      ]),
    [
      'slowest panel',
      limit(slowest?.seconds ?? 0, MOST.panel, 's'),
      `${slowest?.usual.toFixed(2)} s`,
      `${slowest ? where(slowest) : ''}; ${over.length} of ${panels.length} are slower than that`,
    ],
    [
      'most series in a panel',
      limit(widest?.series ?? 0, MOST.series, ''),
      '',
      widest ? where(widest) : '',
    ],
    ['a whole dashboard, panel after panel', loads.join('; '), '', ''],
    ['memory of Prometheus', `${gigabytes(measured)} GB`, '', 'resident'],
    [
      'a scrape of one replica',
      `${measured.scrapeSeconds.toFixed(2)} s`,
      '',
      `${measured.down} replicas not scraped, ${measured.missed} evaluations missed`,
    ],
  ];
  return [
    `${plan.replicas} replicas of ${plan.policies} policies are ${count(series)} series. Scraped every 15 s for ` +
      `${plan.minutes + plan.past} minutes; panels show the last ${measured.shown}.`,
    '',
    '| measure | undisturbed | median | |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `The slowest panels: ${[...panels]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, SLOWEST)
      .map((panel) => `${where(panel)} ${panel.seconds.toFixed(2)} s`)
      .join('; ')}.`,
    ...faults(panels),
    '',
    machine(),
    '',
  ].join('\n');
}

/** Several fleets side by side. */
export function growthTable(all: readonly Measured[]): string {
  return [
    '| replicas | policies | series | minutes shown | all rules | slowest panel | median panel | most series in a panel | memory |',
    '|---|---|---|---|---|---|---|---|---|',
    ...all.map((each) => {
      const slowest = worst(each.panels, ({ seconds }) => seconds);
      const times = each.panels.map(({ seconds }) => seconds).sort((a, b) => a - b);
      return `| ${[
        each.plan.replicas,
        each.plan.policies,
        count(each.series),
        each.shown,
        `${rulesSeconds(each).toFixed(2)} s`,
        `${slowest?.seconds.toFixed(2)} s (${slowest?.title})`,
        `${times[Math.floor(times.length / 2)]?.toFixed(2)} s`,
        worst(each.panels, ({ series }) => series)?.series,
        `${gigabytes(each)} GB`,
      ].join(' | ')} |`;
    }),
    '',
    machine(),
    '',
  ].join('\n');
}

function limit(value: number, most: number, unit: string): string {
  const number = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return `${number} ${unit}, must be <= ${most} ${unit}${value <= most ? '' : ' (not met)'}`
    .replace(/ +/g, ' ')
    .replace(' ,', ',')
    .trim();
}

function faults(panels: readonly PanelCost[]): string[] {
  return panels
    .filter(({ fault }) => fault)
    .map((panel) => `\n${where(panel)} gave no answer: ${panel.fault}.`);
}

function worst(
  panels: readonly PanelCost[],
  of: (panel: PanelCost) => number,
): PanelCost | undefined {
  return [...panels].sort((a, b) => of(b) - of(a))[0];
}

const where = ({ dashboard, title }: PanelCost) =>
  `${dashboard.replace('resilience-', '')}: ${title}`;
const gigabytes = ({ memoryBytes }: Measured) => (memoryBytes / 1024 ** 3).toFixed(1);
const count = (series: number) => series.toLocaleString('en-GB');
const machine = () =>
  `Measured with Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, shared by Prometheus, the exporter and whatever else ran.`;
