import { ofTargets, type Rule } from './rule.ts';
import { usesIn } from './selections.ts';
import { promqlFault } from './templates.ts';

/** What Prometheus makes itself, of the rules of this package, ends on no `_total`. */
const COUNTER = /_total$/;
const BUCKET = /_bucket$/;

function matcher(label: string): Rule['lint'] {
  return ofTargets(({ expr }) =>
    usesIn(expr)
      .filter(
        ({ matchers }) =>
          !matchers.some(
            (each) => each.label === label && each.op === '=~' && each.value === `$${label}`,
          ),
      )
      .map(({ metric }) => `${metric} of any ${label}`),
  );
}

export const RULES: readonly Rule[] = [
  {
    name: 'target-promql-rule',
    lint: ofTargets(({ expr }) => promqlFault(expr)),
    breaks: [{ from: '"expr":"sum', to: '"expr":"(sum', says: 'no PromQL' }],
  },
  {
    name: 'target-job-rule',
    lint: matcher('job'),
    breaks: [
      {
        from: '(rate(resilience_executions_total{job=~',
        to: '(rate(resilience_executions_total{x=~',
        says: 'of any job',
      },
      {
        from: '(rate(resilience_executions_total{job=~',
        to: '(rate(resilience_executions_total{job=',
        says: 'of any job',
      },
    ],
  },
  {
    name: 'target-instance-rule',
    lint: matcher('instance'),
    breaks: [{ from: 'instance=~\\"$instance\\",', to: '', says: 'of any instance' }],
  },
  {
    name: 'target-required-matchers-rule',
    lint: ofTargets(({ expr }, { title }) =>
      usesIn(expr)
        // Of a process, whatever its policies.
        .filter(() => title !== 'Restarts' && title !== 'Versions')
        // Dependencies and gathered answers are no policies; overflow series have lost theirs.
        .filter(({ metric }) => !/^$|^resilience_(dependency_available$|degradation_)/.test(metric))
        .filter(({ matchers }) => !matchers.some(({ value }) => value === '$policy'))
        .map(({ metric }) => `${metric} of any policy`),
    ),
    breaks: [{ from: '\\"$policy\\"', to: '\\"mine\\"', says: 'of any policy' }],
  },
  {
    name: 'target-rate-interval-rule',
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ around: [nearest = ''], range }) => {
          return ['rate', 'irate'].includes(nearest) && range !== '$__rate_interval';
        })
        .map(({ range }) => `a rate over ${range}`),
    ),
    breaks: [
      {
        from: '[$__rate_interval])) > bool 0.001',
        to: '[5m])) > bool 0.001',
        says: 'a rate over 5m',
      },
    ],
  },
  {
    name: 'target-range-rule',
    lint: ofTargets(({ expr, range, instant }) => [
      ...(range !== instant ? [] : ['neither instant nor a range, or both']),
      ...(range && expr.includes('$__range') ? ['a range for every point of a range'] : []),
    ]),
    breaks: [
      { from: '"range":true', to: '"range":false', says: 'neither instant nor a range, or both' },
      {
        from: '[$__rate_interval]',
        to: '[$__range]',
        says: 'a range for every point of a range',
      },
    ],
  },
  {
    name: 'target-counter-agg-rule',
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ metric }) => COUNTER.test(metric))
        .filter(
          ({ around: [nearest = ''] }) =>
            !['rate', 'irate', 'increase', 'resets'].includes(nearest),
        )
        .map(({ metric }) => `${metric} is a counter`),
    ),
    breaks: [{ from: '(rate(', to: '(abs(', says: 'is a counter' }],
  },
  {
    name: 'target-histogram-rule',
    // One bucket alone is a count of what was faster, as true as the bound is one of the buckets'.
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ metric }) => BUCKET.test(metric))
        .filter(({ matchers }) => !matchers.some(({ label, op }) => label === 'le' && op === '='))
        .filter(({ around }) => !around.includes('histogram_quantile'))
        .map(({ metric }) => `${metric} is a histogram`),
    ),
    breaks: [
      { from: 'histogram_quantile(0.95', to: 'clamp_max(0.95', says: 'is a histogram' },
      { from: ',le=\\"0.5\\"', to: '', says: 'is a histogram' },
    ],
  },
  {
    name: 'target-no-interval-rule',
    // It would override the scrape interval of the data source, by which Grafana chooses windows.
    lint: ofTargets(({ interval }) =>
      interval === undefined ? [] : [`asks every ${interval} at least`],
    ),
    breaks: [{ from: '"refId":"A"', to: '"refId":"A","interval":"15s"', says: 'asks every 15s' }],
  },
  {
    name: 'target-legend-rule',
    lint: ofTargets(({ legendFormat = '' }, { type }) =>
      type === 'stat' || type === 'table' || legendFormat !== '' ? [] : ['no legend'],
    ),
    breaks: [{ from: '"legendFormat":"p95"', to: '"legendFormat":""', says: 'no legend' }],
  },
  {
    name: 'target-series-rule',
    lint: ofTargets(({ expr }, { type }) =>
      type !== 'bargauge' || /^topk\(10, /.test(expr) ? [] : ['ranks all there are'],
    ),
    breaks: [{ from: '"expr":"topk(10, ', to: '"expr":"topk(99, ', says: 'ranks all there are' }],
  },
];
