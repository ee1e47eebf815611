import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { promtool } from '../promtool/promtool.ts';
import { dashboardsIn, type Target } from '../support/generated.ts';

const HOUR = 3600;
const SCRAPE_INTERVALS = [15, 30, 60] as const;

const targets = dashboardsIn(generate()).flatMap(({ uid, panels }) =>
  panels.flatMap(({ title, maxDataPoints = 0, targets: panelTargets = [] }) =>
    panelTargets.map((target) => ({ where: `${uid}: ${title}`, maxDataPoints, target })),
  ),
);
const rates = targets.filter(({ target }) => target.expr.includes('$__rate_interval'));

/**
 * `$__rate_interval` in seconds, as Grafana computes it:
 * https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
 *
 * @param scrapeInterval the option "Scrape interval" of the data source
 */
function rateInterval({ interval }: Target, maxDataPoints: number, scrapeInterval: number): number {
  const minInterval = interval === undefined ? scrapeInterval : Number.parseInt(interval, 10);
  const step = Math.max(HOUR / maxDataPoints, minInterval);
  return Math.max(step + minInterval, 4 * minInterval);
}

describe.each(SCRAPE_INTERVALS)('an hour of samples %i s apart', (scrapeInterval) => {
  it('has four samples in every window of every panel', () => {
    expect(rates.length).toBeGreaterThan(20);
    const tooShort = rates.filter(
      ({ target, maxDataPoints }) =>
        rateInterval(target, maxDataPoints, scrapeInterval) < 4 * scrapeInterval,
    );
    expect(tooShort.map(({ where }) => where)).toEqual([]);
  });

  it('has a value at every point of the graph', async () => {
    const rate = rates.find(({ where }) => where === 'resilience-policy: Calls by outcome');
    if (!rate) throw new Error('Expected the panel Calls by outcome, got none');
    const window = rateInterval(rate.target, rate.maxDataPoints, scrapeInterval);
    const expr = rate.target.expr
      .replaceAll('$__rate_interval', `${window}s`)
      .replaceAll('$policy', 'p')
      .replace(/\$(job|instance)/g, '.*');
    const series =
      'resilience_executions_total{job="j",instance="i",resilience_policy_name="p",resilience_outcome="success"}';
    await promtool({
      rule_files: [],
      tests: [
        {
          interval: `${scrapeInterval}s`,
          input_series: [{ series, values: `0+${scrapeInterval}x${(2 * HOUR) / scrapeInterval}` }],
          promql_expr_test: Array.from({ length: 61 }, (_, point) => ({
            expr: `round(${expr}, 0.001)`,
            eval_time: `${HOUR + point * 60 + (point % scrapeInterval)}s`,
            exp_samples: [{ labels: '{resilience_outcome="success"}', value: 1 }],
          })),
        },
      ],
    });
  });
});

it('no target overrides the scrape interval of the data source', () => {
  const annotations = dashboardsIn(generate()).flatMap((dashboard) => dashboard.annotations.list);
  const all = [...targets.map(({ target }) => target), ...annotations.map(({ target }) => target)];
  expect(all.filter((target) => 'interval' in target)).toEqual([]);
});
