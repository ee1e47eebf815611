import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generate } from '../../src/generate/index.ts';

const RULES = 'alerts/resilience-alerts.yaml';
const FLEET = 'dashboards/resilience-fleet.json';

const wrong: [keyof GenerateOptions, unknown, string][] = [
  [
    'naming',
    'mimir',
    'one of prometheus-exporter, otlp, otlp-no-suffixes, otlp-utf8-suffixes, otlp-utf8, got "mimir"',
  ],
  ['timeScale', 0, 'a number above 0, got 0'],
  ['timeScale', -1, 'a number above 0, got -1'],
  ['timeScale', Number.NaN, 'a number above 0, got NaN'],
  ['timeScale', Number.POSITIVE_INFINITY, 'a number above 0, got Infinity'],
  ['timeScale', '20', 'a number above 0, got "20"'],
  ['scrapeInterval', 120, 'at most 75 s, so that a window of 5 min has enough samples, got 120'],
  ['instanceLabel', 'job', 'a label that is not in groupLabels, got "job"'],
  ['groupLabels', ['cluster'], 'labels that include jobLabel (job), got cluster'],
  ['groupLabels', ['a b', 'job'], 'a label name, got "a b"'],
  ['metricPrefix', 'my app', 'the start of a metric name, such as myapp, got "my app"'],
  ['histograms', 'both', '`classic` or `native`, got "both"'],
  ['runbookBase', 'foo bar', 'a URL, got "foo bar"'],
  ['scrapeInterval', 0, 'a number above 0, got 0'],
  ['runbookBase', '', 'a URL, got ""'],
  ['dashboardBase', 5, 'a URL, got 5'],
  ['datasourceUid', 'my prometheus', 'the uid of a data source, got "my prometheus"'],
  ['labels', { release: 'a b' }, 'valid Kubernetes labels, got "release=a b"'],
  ['labels', { 'a/b/c': 'd' }, 'valid Kubernetes labels, got "a/b/c=d"'],
];

describe('the options of generate', () => {
  it('reject a wrong value with a message that names option, expected and received value', () => {
    const offenders = wrong.filter(([option, value, expected]) => {
      const error = errorOf({ [option]: value });
      return !(
        error instanceof TypeError &&
        error.message === `Expected \`options.${option}\` to be ${expected}`
      );
    });
    expect(offenders).toEqual([]);
  });

  it('reject an unknown name, and list the known names', () => {
    expect(() => generate({ nope: 1 } as GenerateOptions)).toThrow(
      new TypeError(
        'Expected options of generate, which are what, format, naming, thresholds, jobLabel, ' +
          'groupLabels, instanceLabel, metricPrefix, histograms, without, scrapeInterval, timeScale, ' +
          'runbookBase, dashboardBase, uidSuffix, datasourceUid, labels; got "nope"',
      ),
    );
  });

  it('timeScale divides every window and time limit', () => {
    const times = (rules = '') =>
      [...rules.matchAll(/\[(\w+)(?::(\w+))?\]|for: (\w+)|interval: (\w+)/g)].flatMap(
        ([, ...found]) => found.filter((text) => text !== undefined).map(secondsOf),
      );
    for (const path of [RULES, 'alerts/resilience-recording-rules.yaml']) {
      const whole = times(generate()[path]);
      expect(whole.length).toBeGreaterThan(5);
      expect(times(generate({ timeScale: 20 })[path])).toEqual(
        whole.map((seconds) => seconds / 20),
      );
    }
    const rules = generate({ timeScale: 20 })[RULES] ?? '';
    expect(rules).toContain('[15s])) > 15\n');
    expect(rules).toContain('(limit 15s)');
  });

  it('timeScale divides times of panels, but no duration of a call and no ratio', () => {
    const fleet = generate({ timeScale: 10 })[FLEET] ?? '';
    expect(fleet).toContain('"Highest share of calls over 500 ms, last 1m"');
    expect(fleet).toContain('"value": 0.05,\n'); // p95: 500 ms, and timeouts: 5 %
    expect(fleet).toContain('"value": 30,\n'); // not closed: 5 min
    expect(fleet).toContain('"value": 0.7,\n'); // retries that recover: 70 %
  });

  it('runbookBase and dashboardBase set the links of alerts, with or without a trailing slash', () => {
    const rules =
      generate({
        runbookBase: 'https://wiki.test/runbooks/',
        dashboardBase: 'https://grafana.test',
      })[RULES] ?? '';
    expect(rules).toContain(
      'runbook_url: https://wiki.test/runbooks/ResilienceCircuitBreakerStuckOpen.md\n',
    );
    expect(rules).toContain(
      'dashboard_url: https://grafana.test/d/resilience-policy?var-job={{ $labels.job | urlquery }}&',
    );
  });

  it('alerts link to a dashboard only with dashboardBase', () => {
    const what = ['alerts', 'alertmanager'] as const;
    for (const [options, expected] of [
      [{ what }, false],
      [{ what, dashboardBase: 'https://grafana.test' }, true],
    ] as const) {
      const files = generate(options);
      expect(files[RULES]?.includes('dashboard_url')).toBe(expected);
      expect(files['alertmanager.yaml']?.includes('text: Dashboard\n')).toBe(expected);
    }
  });
});

describe('the options for other fleets', () => {
  const rulesIn = (options: GenerateOptions) =>
    Object.values(generate({ ...options, what: 'rules' })).join('\n');

  it('metricPrefix precedes every metric and every recorded series', () => {
    const rules = rulesIn({ metricPrefix: 'myapp_' });
    expect(rules).toContain('(myapp_resilience_executions_total{');
    expect(rules).toContain('policy:myapp_resilience_executions:increase5m');
    expect(rules).toContain('__name__=~"myapp_resilience_.+"');
    expect(rules.replaceAll('myapp_resilience_', '')).not.toMatch(/\bresilience_\w+(\{|\[|:)/);
  });

  it('groupLabels apply to rules, variables, links, routes and inhibitions', () => {
    const options = {
      groupLabels: ['cluster', 'namespace', 'job'],
      dashboardBase: 'https://grafana.test',
    };
    const rules = rulesIn(options);
    expect(rules).toContain('sum by (cluster, namespace, job, resilience_policy_name) (');
    expect(rules).not.toMatch(/(by|on) \(job/);
    expect(rules).toContain(
      '(cluster {{ $labels.cluster }}, namespace {{ $labels.namespace }}, job',
    );
    expect(rules).toContain('?var-cluster={{ $labels.cluster | urlquery }}&var-namespace=');
    const fleet = generate(options)[FLEET] ?? '';
    expect(fleet).toContain('cluster=~\\"$cluster\\",namespace=~\\"$namespace\\",job=~\\"$job\\"');
    expect(fleet).toContain('"name": "namespace"');
    for (const label of ['labels.cluster', 'fields.Cluster']) {
      expect(fleet).toMatch(
        new RegExp(`\\?var-cluster=\\$\\{__\\w+\\.${label}:percentencode}&var-namespace=`),
      );
    }
    expect(fleet).toContain('/d/resilience-policy?${datasource:queryparam}&${cluster:queryparam}&');
    const alertmanager = generate({ ...options, what: 'alertmanager' })['alertmanager.yaml'] ?? '';
    expect(alertmanager).toMatch(/equal:\n +- cluster\n +- namespace\n +- job\n/);
    expect(alertmanager).toMatch(
      /group_by:\n +- cluster\n +- namespace\n +- resilience_policy_name\n/,
    );
  });

  it('histograms: native makes rules read native histograms', () => {
    const rules = rulesIn({ histograms: 'native' });
    expect(rules).toContain('histogram_count(');
    expect(rules).not.toMatch(/resilience_\w+_(bucket|count)\b/);
  });

  it('without omits alerts and their inhibitions', () => {
    const without = ['ResilienceMetricsAbsent', 'ResilienceCircuitBreakerIsolatedNow'];
    const files = generate({ without, what: ['rules', 'alertmanager'] });
    for (const name of without) expect(JSON.stringify(files)).not.toContain(name);
    expect(() => generate({ without: ['Absent'] })).toThrow(
      /^Expected `options.without` to be some of Resilience.*, got "Absent"$/,
    );
  });

  it('a threshold of one policy applies to that policy only, and the alert states all limits', () => {
    const rules = rulesIn({ thresholds: { 'latency.seconds{policy="llm"}': 30 } });
    expect(rules).toContain('resilience_policy_name!~"llm"');
    expect(rules).toContain('resilience_policy_name="llm"');
    expect(rules).toContain('(limit 500 ms; llm: 30000 ms)');
  });
});

function errorOf(options: GenerateOptions): unknown {
  try {
    return generate(options);
  } catch (error) {
    return error;
  }
}

function secondsOf(duration: string): number {
  const [, count, unit = ''] = duration.match(/^(\d+)(ms|[smhd])$/) ?? [];
  return Number(count) * ({ ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? Number.NaN);
}
