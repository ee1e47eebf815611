import { describe, expect, it } from 'vitest';
import { generate } from '../../../src/generate/index.ts';
import { ATTR_METRIC_OVERFLOW } from '../../../src/semconv/attributes.ts';
import { METRICS } from '../../../src/semconv/metrics.ts';
import {
  LABEL_SERVICE_VERSION,
  labelName,
  metricName,
  NAMINGS,
  TARGET_INFO,
} from '../../../src/semconv/prometheus.ts';
import { asked, recordingsIn } from '../../support/generated.ts';
import { offenders } from '../../support/offenders.ts';
import { parseQuery } from '../../support/promql.ts';

describe('parseQuery', () => {
  it('finds metrics, matchers and groupings, with and without quotes', () => {
    const query = parseQuery(
      'sum by (job, "a.b") (rate({"x.y_total", "c.d"!="e"}[$__rate_interval])) > max(z{f=~"g|h"})',
    );
    expect(query).toEqual({
      selections: [
        {
          metric: 'x.y_total',
          matchers: [{ label: 'c.d', op: '!=', value: 'e' }],
          grouping: ['job', 'a.b'],
        },
        { metric: 'z', matchers: [{ label: 'f', op: '=~', value: 'g|h' }], grouping: [] },
      ],
      words: new Set(['sum', 'rate', 'max']),
    });
  });

  it('rejects invalid PromQL', () => {
    for (const expr of ['sum by (job', 'rate(x[5m', 'x{a=b}', '1 +']) {
      expect(() => parseQuery(expr), expr).toThrow(SyntaxError);
    }
  });
});

/** Labels that Prometheus sets. */
const PROMETHEUS_LABELS = [
  'job',
  'instance',
  'le',
  '__name__',
  'alertname',
  'alertstate',
  'severity',
];

const title = ({ where }: { readonly where: string }) => where;

describe.each(NAMINGS)('the queries with the naming %s', (naming) => {
  const files = generate({ naming });
  const queries = asked(files);
  const recorded = recordingsIn(files).map(({ record }) => record);
  const names = [
    '',
    'ALERTS',
    TARGET_INFO,
    ...recorded,
    ...METRICS.flatMap((metric) =>
      ([undefined, 'bucket', 'sum', 'count'] as const).map((part) =>
        metricName(metric, naming, part),
      ),
    ),
  ];
  const labels = [
    ...PROMETHEUS_LABELS,
    ...[
      ATTR_METRIC_OVERFLOW,
      LABEL_SERVICE_VERSION,
      ...METRICS.flatMap(({ subject, attributes }) => [subject, ...Object.keys(attributes)]),
    ].map((label) => labelName(label, naming)),
  ];

  it('select metrics and labels of the catalog', () => {
    expect(queries.length).toBeGreaterThan(100);
    const failures = offenders(queries, title, ({ expr, wanted }) => {
      const { selections } = parseQuery(expr);
      expect(selections.length).toBeGreaterThan(0);
      for (const { metric, matchers, grouping } of selections) {
        expect(names).toContain(metric);
        for (const label of [...matchers.map((matcher) => matcher.label), ...grouping, ...wanted]) {
          expect(labels).toContain(label);
        }
      }
    });
    expect(failures).toEqual([]);
  });

  it('aggregate by the wanted labels, and never use `without`', () => {
    const failures = offenders(queries, title, ({ expr, wanted, where }) => {
      const { selections, words } = parseQuery(expr);
      expect(words).not.toContain('without');
      if (where.includes('variable')) return;
      // Recorded series and `ALERTS` are aggregated already.
      const raw = selections.filter(
        ({ metric, grouping }) =>
          !recorded.includes(metric) &&
          metric !== 'ALERTS' &&
          // The right side of `and on (...)` and `unless on (...)` may have other labels.
          !(expr.includes(' on (') && !wanted.every((label) => grouping.includes(label))),
      );
      for (const { grouping } of raw) expect(grouping).toEqual(expect.arrayContaining([...wanted]));
    });
    expect(failures).toEqual([]);
  });
});
