import { ofTargets, type Rule } from './rule.ts';
import { usesIn } from './selections.ts';
import { promqlFaults } from './templates.ts';

/** Recorded series do not end with `_total`. */
const COUNTER = /_total$/;
const BUCKET = /_bucket$/;

function requireMatcher(label: string): Rule['lint'] {
  return ofTargets(({ expr }) =>
    usesIn(expr)
      .filter(
        ({ matchers }) =>
          !matchers.some(
            (matcher) =>
              matcher.label === label && matcher.op === '=~' && matcher.value === `$${label}`,
          ),
      )
      .map(({ metric }) => `${metric} without a matcher for ${label}`),
  );
}

export const RULES: readonly Rule[] = [
  {
    name: 'target-promql-rule',
    lint: ofTargets(({ expr }) => promqlFaults(expr)),
    breaks: [{ from: '"expr":"sum', to: '"expr":"(sum', says: 'invalid PromQL' }],
  },
  {
    name: 'target-job-rule',
    lint: requireMatcher('job'),
    breaks: [
      {
        from: '(rate(resilience_executions_total{job=~',
        to: '(rate(resilience_executions_total{x=~',
        says: 'without a matcher for job',
      },
      {
        from: '(rate(resilience_executions_total{job=~',
        to: '(rate(resilience_executions_total{job=',
        says: 'without a matcher for job',
      },
    ],
  },
  {
    name: 'target-instance-rule',
    lint: requireMatcher('instance'),
    breaks: [
      { from: 'instance=~\\"$instance\\",', to: '', says: 'without a matcher for instance' },
    ],
  },
  {
    name: 'target-required-matchers-rule',
    lint: ofTargets(({ expr }, { title }) =>
      usesIn(expr)
        // Annotations about processes.
        .filter(() => title !== 'Restarts' && title !== 'Versions')
        // Series of dependencies and gathered results; overflow series have no policy name.
        .filter(({ metric }) => !/^$|^resilience_(dependency_available$|degradation_)/.test(metric))
        .filter(({ matchers }) => !matchers.some(({ value }) => value === '$policy'))
        .map(({ metric }) => `${metric} without a matcher for policy`),
    ),
    breaks: [{ from: '\\"$policy\\"', to: '\\"mine\\"', says: 'without a matcher for policy' }],
  },
  {
    name: 'target-rate-interval-rule',
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ functions: [innermost = ''], range }) => {
          return ['rate', 'irate'].includes(innermost) && range !== '$__rate_interval';
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
      ...(range !== instant ? [] : ['must be either instant or range']),
      ...(range && expr.includes('$__range') ? ['$__range in a range query'] : []),
    ]),
    breaks: [
      { from: '"range":true', to: '"range":false', says: 'must be either instant or range' },
      {
        from: '[$__rate_interval]',
        to: '[$__range]',
        says: '$__range in a range query',
      },
    ],
  },
  {
    name: 'target-counter-agg-rule',
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ metric }) => COUNTER.test(metric))
        .filter(
          ({ functions: [innermost = ''] }) =>
            !['rate', 'irate', 'increase', 'resets'].includes(innermost),
        )
        .map(({ metric }) => `${metric} is a counter`),
    ),
    breaks: [{ from: '(rate(', to: '(abs(', says: 'is a counter' }],
  },
  {
    name: 'target-histogram-rule',
    // A single bucket is a valid count of events up to its bound.
    lint: ofTargets(({ expr }) =>
      usesIn(expr)
        .filter(({ metric }) => BUCKET.test(metric))
        .filter(({ matchers }) => !matchers.some(({ label, op }) => label === 'le' && op === '='))
        .filter(({ functions }) => !functions.includes('histogram_quantile'))
        .map(({ metric }) => `${metric} is a histogram`),
    ),
    breaks: [
      { from: 'histogram_quantile(0.95', to: 'clamp_max(0.95', says: 'is a histogram' },
      { from: ',le=\\"0.5\\"', to: '', says: 'is a histogram' },
    ],
  },
  {
    name: 'target-no-interval-rule',
    // It would override the scrape interval of the data source, from which Grafana derives windows.
    lint: ofTargets(({ interval }) =>
      interval === undefined ? [] : [`sets the interval ${interval}`],
    ),
    breaks: [
      { from: '"refId":"A"', to: '"refId":"A","interval":"15s"', says: 'sets the interval 15s' },
    ],
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
      type !== 'bargauge' || /^topk\(10, /.test(expr) ? [] : ['has no limit of 10'],
    ),
    breaks: [{ from: '"expr":"topk(10, ', to: '"expr":"topk(99, ', says: 'has no limit of 10' }],
  },
];
