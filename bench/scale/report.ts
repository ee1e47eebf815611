import { cpus } from 'node:os';
import type { Cost } from './client.ts';
import type { PanelCost } from './costs.ts';
import type { Measured } from './measure.ts';

/** Limits: seconds for all rules, seconds and series for a panel. */
const LIMITS = { rules: 1, panel: 1, series: 1000 } as const;

const SLOWEST = 5;

export function rulesSeconds({ groups }: Measured, which: keyof Cost = 'seconds'): number {
  return Object.values(groups).reduce((sum, group) => sum + group[which], 0);
}

/** Seconds per minute, as the groups have different intervals. */
function rulesSecondsPerMinute({ groups }: Measured): number {
  return Object.values(groups).reduce(
    (sum, { seconds, interval }) => sum + (seconds * 60) / interval,
    0,
  );
}

/** The table of one fleet. */
export function costTable(measured: Measured): string {
  const { plan, series, panels, groups } = measured;
  const slowest = worst(panels, ({ seconds }) => seconds);
  const widest = worst(panels, ({ series: count }) => count);
  const loads = [...new Set(panels.map(({ dashboard }) => dashboard))].map((dashboard) => {
    const ownPanels = panels.filter((panel) => panel.dashboard === dashboard);
    return `${dashboard} ${ownPanels.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s for ${ownPanels.length} panels`;
  });
  const over = panels.filter(({ seconds }) => seconds > LIMITS.panel);
  const rows = [
    [
      'all rules, one evaluation',
      limit(rulesSeconds(measured), LIMITS.rules, 's'),
      `${rulesSeconds(measured, 'median').toFixed(2)} s`,
      'sum of the groups, which Prometheus evaluates at different times',
    ],
    ...Object.entries(groups)
      .sort(([, a], [, b]) => b.seconds - a.seconds)
      .map(([name, { seconds, median, interval }]) => [
        `&nbsp; ${name}`,
        `${seconds.toFixed(2)} s`,
        `${median.toFixed(2)} s`,
        `every ${interval} s`,
      ]),
    [
      'all rules, per minute',
      `${rulesSecondsPerMinute(measured).toFixed(1)} s`,
      '',
      `${(rulesSecondsPerMinute(measured) / 4).toFixed(2)} s per scrape interval of 15 s, ${((rulesSecondsPerMinute(measured) / 60) * 100).toFixed(0)} % of a core`,
    ],
    [
      'slowest panel',
      limit(slowest?.seconds ?? 0, LIMITS.panel, 's'),
      `${slowest?.median.toFixed(2)} s`,
      `${slowest ? where(slowest) : ''}; ${over.length} of ${panels.length} exceed the limit`,
    ],
    [
      'most series in a panel',
      limit(widest?.series ?? 0, LIMITS.series, ''),
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
    '| measure | minimum | median | |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `The slowest panels: ${[...panels]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, SLOWEST)
      .map((panel) => `${where(panel)} ${panel.seconds.toFixed(2)} s`)
      .join('; ')}.`,
    ...errorsOf(panels),
    '',
    machine(measured),
    '',
  ].join('\n');
}

/** A row for each fleet. */
export function growthTable(all: readonly Measured[]): string {
  return [
    '| replicas | policies | series | minutes shown | all rules, one evaluation | all rules, per minute | slowest panel | median panel | most series in a panel | memory |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...all.map((fleet) => {
      const slowest = worst(fleet.panels, ({ seconds }) => seconds);
      const times = fleet.panels.map(({ seconds }) => seconds).sort((a, b) => a - b);
      return `| ${[
        fleet.plan.replicas,
        fleet.plan.policies,
        count(fleet.series),
        fleet.shown,
        `${rulesSeconds(fleet).toFixed(2)} s`,
        `${rulesSecondsPerMinute(fleet).toFixed(2)} s`,
        `${slowest?.seconds.toFixed(2)} s (${slowest?.title})`,
        `${times[Math.floor(times.length / 2)]?.toFixed(2)} s`,
        worst(fleet.panels, ({ series }) => series)?.series,
        `${gigabytes(fleet)} GB`,
      ].join(' | ')} |`;
    }),
    '',
    ...all.slice(0, 1).map(machine),
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

function errorsOf(panels: readonly PanelCost[]): string[] {
  return panels
    .filter(({ error }) => error)
    .map((panel) => `\n${where(panel)} failed: ${panel.error}.`);
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
const machine = ({ prometheus }: Measured) =>
  `Prometheus ${prometheus}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, shared with the exporter and other processes.`;
