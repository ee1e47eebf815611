import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { BURN_RATES, LIMITS } from '../../src/presets/thresholds.ts';
import { NAMINGS } from '../../src/semconv/prometheus.ts';
import { asked, type Dashboard, dashboardsIn, type Panel } from '../support/generated.ts';
import { parseQuery } from '../support/promql.ts';

const [fleet, policy] = dashboardsIn(generate()) as [Dashboard, Dashboard];

function panelOf({ panels, uid }: Dashboard, title: string): Panel {
  const panel = panels.find((panel) => panel.title === title);
  if (!panel) throw new Error(`Expected a panel ${JSON.stringify(title)} in ${uid}, got none`);
  return panel;
}

const visualPanels = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== 'row');
const exprsOf = ({ targets = [] }: Panel) => targets.map(({ expr }) => expr);

describe('the dashboards', () => {
  it('are two, in files named by their uids', () => {
    expect(Object.keys(generate()).filter((path) => path.startsWith('dashboards/'))).toEqual([
      'dashboards/resilience-fleet.json',
      'dashboards/resilience-policy.json',
    ]);
    expect([fleet.uid, policy.uid]).toEqual(['resilience-fleet', 'resilience-policy']);
  });

  it.each([fleet, policy])(
    '$title has variables for data source, job, instance and policy',
    ({ templating }) => {
      expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
        ['datasource', 'datasource'],
        ['job', 'query'],
        ['instance', 'query'],
        ['policy', 'query'],
      ]);
    },
  );

  it('select many policies, or one', () => {
    const [many, one] = [fleet, policy].map(({ templating }) => templating.list[3]);
    expect(many).toMatchObject({ multi: true, includeAll: true, allValue: '.*' });
    expect(one).toMatchObject({ multi: false, includeAll: false });
  });

  it('match a single policy exactly, because its name may be a URL', () => {
    expect(JSON.stringify(fleet.panels)).toContain('policy_name=~\\"$policy\\"');
    expect(JSON.stringify(policy.panels)).not.toContain('=~\\"$policy\\"');
  });

  it('have at most six stats or three graphs side by side', () => {
    for (const { panels } of [fleet, policy]) {
      for (const { type, gridPos } of panels.filter((panel) => panel.type !== 'row')) {
        expect(gridPos.w).toBeGreaterThanOrEqual(type === 'stat' ? 4 : 8);
      }
    }
  });

  it('are short, with details in collapsed rows', () => {
    const expandedPanels = ({ panels }: Dashboard) => {
      const collapsed = panels.flatMap((panel) => panel.panels ?? []);
      return panels.filter((panel) => panel.type !== 'row' && !collapsed.includes(panel));
    };
    expect(visualPanels(fleet).length).toBeLessThanOrEqual(16);
    expect(expandedPanels(policy).length).toBeLessThanOrEqual(24);
    const rows = policy.panels.filter(({ type }) => type === 'row');
    expect(rows).toHaveLength(10);
    expect(rows.filter(({ collapsed }) => !collapsed).map(({ title }) => title)).toEqual([
      'Summary',
      'Calls',
      'Circuit breaker',
    ]);
  });

  it('have no panel in common', () => {
    const textsOf = ({ title, targets = [] }: Panel) => [title, ...targets.map(({ expr }) => expr)];
    // One dashboard matches the policy by a pattern, the other exactly.
    const normalize = (text: string) => text.replaceAll('=~"$policy"', '="$policy"');
    const graphsOf = (dashboard: Dashboard) =>
      visualPanels(dashboard).filter(({ type }) => type !== 'table');
    const fleetTexts = new Set(graphsOf(fleet).flatMap(textsOf).map(normalize));
    expect(
      graphsOf(policy)
        .flatMap(textsOf)
        .map(normalize)
        .filter((text) => fleetTexts.has(text)),
    ).toEqual([]);
  });

  it('answer the first questions of a person on call at the top', () => {
    const [summary] = policy.panels;
    expect(summary?.title).toBe('Summary');
    expect(policy.panels.slice(1, 7).map(({ title, type }) => [type, title])).toEqual([
      ['stat', 'Worst state'],
      ['stat', 'Open since'],
      ['stat', 'Unanswered calls per second'],
      ['stat', 'Most frequent error type'],
      ['stat', 'Share of answered calls'],
      ['stat', 'Error budget left, 30d'],
    ]);
  });

  it('state the retention that panels with a window of 30d require', () => {
    const monthly = [fleet, policy]
      .flatMap(visualPanels)
      .filter(({ targets }) => JSON.stringify(targets).includes('[30d]'));
    expect(monthly.length).toBeGreaterThan(2);
    for (const { description } of monthly)
      expect(description).toContain('By default, Prometheus keeps 15d');
  });

  it('mark opened circuits, restarts and versions', () => {
    for (const { annotations } of [fleet, policy]) {
      expect(annotations.list.map(({ name }) => name)).toEqual([
        'Circuits opened',
        'Restarts',
        'Versions',
      ]);
      expect(annotations.list[0]?.target.expr).toMatch(
        /previous_state="closed",resilience_circuit_breaker_state="open"}\[\$__rate_interval]\)\) > 0$/,
      );
    }
  });
});

describe('the limits in the panels', () => {
  const limitsOf = (dashboard: Dashboard) =>
    Object.fromEntries(
      dashboard.panels
        .filter(({ type }) => type !== 'row' && type !== 'table')
        .map(({ title, fieldConfig }) => {
          const [base, beyond] = fieldConfig?.defaults.thresholds?.steps ?? [];
          return [
            title,
            beyond && [base?.color === 'light-green' ? 'at most' : 'at least', beyond.value],
          ];
        })
        .filter(([, limit]) => limit !== undefined),
    );

  it('are the default limits in the fleet dashboard', () => {
    expect(limitsOf(fleet)).toEqual({
      'Circuits not closed': ['at most', LIMITS.opened.count],
      'Policies with unanswered calls': ['at most', 1],
      'Lowest error budget left, 30d': ['at least', 0],
      'Dependencies available': ['at least', LIMITS.dependenciesAvailable.ratio],
      'Time since closed, worst replica': ['at most', LIMITS.stuckOpen.seconds],
      'Share of circuit breakers not closed': ['at most', LIMITS.fleetWide.ratio],
      'Highest share of unanswered calls, last 10m': ['at most', LIMITS.errors.ratio],
      'Highest share of calls over 500 ms, last 10m': ['at most', 0.05],
      'Circuit breakers reporting, compared to 1h ago': ['at least', 1],
      'Overflow series': ['at most', 1],
    });
  });

  it('are the default limits in the policy dashboard', () => {
    expect(limitsOf(policy)).toEqual({
      'Unanswered calls per second': ['at most', 0.001],
      'Error budget burn rate, relative to the alert limit': ['at most', 1],
      'Share of answered calls': ['at least', LIMITS.availability.ratio],
      'Error budget left, 30d': ['at least', 0],
      'Share of unanswered calls': ['at most', LIMITS.errors.ratio],
      'Duration of answered calls': ['at most', LIMITS.latency.seconds],
      'Duration by result, p95': ['at most', LIMITS.latency.seconds],
      'Time to recovery': ['at most', LIMITS.recovery.seconds],
      'Second retries in 5m': ['at most', LIMITS.secondRetries.count],
      'Share of retried calls that recovered': ['at least', LIMITS.retrySuccess.ratio],
      'Retries per call': ['at most', LIMITS.retryAmplification.perCall],
      'Share of calls without a retry because of the budget': ['at most', LIMITS.retryBudget.ratio],
      'Share of calls that timed out': ['at most', LIMITS.timeouts.ratio],
      'Bulkhead utilization, fullest replica': ['at most', LIMITS.bulkheadSaturation.ratio],
      'Share of calls rejected by the bulkhead': ['at most', LIMITS.bulkheadRejections.ratio],
      'Share of calls answered by the fallback': ['at most', LIMITS.fallbacks.ratio],
      'Failed fallbacks in 10m': ['at most', LIMITS.fallbackFailures.count],
      'Health check duration': ['at most', LIMITS.healthCheck.seconds],
      'Instrumentation errors in 5m': ['at most', LIMITS.telemetryErrors.count],
    });
  });

  it('are dashed lines if services report them', () => {
    const dashed = policy.panels
      .filter(({ fieldConfig }) => JSON.stringify(fieldConfig ?? {}).includes('"fill":"dash"'))
      .map(({ title, targets = [] }) => [title, targets.at(-1)?.legendFormat]);
    expect(dashed).toEqual([
      ['Consecutive failures', 'limit'],
      ['Call duration and timeout', 'limit'],
      ['Bulkhead slots in use', 'limit'],
      ['Queued calls', 'limit'],
    ]);
  });

  it('use the error budget of the availability objective', () => {
    for (const panel of [
      panelOf(fleet, 'Lowest error budget left, 30d'),
      panelOf(policy, 'Error budget left, 30d'),
    ]) {
      expect(exprsOf(panel)).toEqual([expect.stringMatching(/\[30d].* \/ 0\.0001\)?, -1\)$/s)]);
    }
  });

  it('show the burn rate of every pair of windows in one panel', () => {
    const { targets = [] } = panelOf(policy, 'Error budget burn rate, relative to the alert limit');
    expect(targets).toHaveLength(BURN_RATES.length);
    const [first] = targets;
    expect(first?.expr).toMatch(/\[1h].*< .*\[5m].*or .*\[5m].*\) \/ 0\.00144$/s);
    expect(first?.legendFormat).toBe('1h and 5m: 14.4 times (critical)');
  });

  it('change with the option `thresholds`', () => {
    const thresholds = { 'timeouts.ratio': 0.2, 'latency.seconds': 1 };
    const [, changed] = dashboardsIn(generate({ thresholds })) as [Dashboard, Dashboard];
    expect(limitsOf(changed)).toMatchObject({
      'Share of calls that timed out': ['at most', 0.2],
      'Duration of answered calls': ['at most', 1],
    });
  });

  it('are divided by the time scale, except durations of calls', () => {
    const [scaled] = dashboardsIn(generate({ timeScale: 60 })) as [Dashboard, Dashboard];
    expect(limitsOf(scaled)).toMatchObject({
      'Time since closed, worst replica': ['at most', LIMITS.stuckOpen.seconds / 60],
      'Highest share of calls over 500 ms, last 10s': ['at most', 0.05],
    });
  });
});

/** Required measurements, and the panels that show them. */
const REQUIRED: readonly [measurement: string, Dashboard, title: string][] = [
  ['breaker: state by service', fleet, 'Worst circuit breaker state per policy'],
  ['breaker: failures over time', policy, 'Failures by error type'],
  ['breaker: success rate', policy, 'Success rate of the dependency'],
  ['retry: attempts by function', policy, 'Retries by attempt'],
  ['retry: exhaustion rate', policy, 'Share of calls that exhausted their retries'],
  ['retry: successes after a retry', policy, 'Share of retried calls that recovered'],
  ['timeouts: by operation type', policy, 'Calls by timeout result'],
  ['timeouts: duration distribution', policy, 'Call duration and timeout'],
  ['timeouts: violation rate', policy, 'Share of calls that timed out'],
  ['bulkhead: active by resource', policy, 'Bulkhead slots in use'],
  ['bulkhead: rejection rate', policy, 'Share of calls rejected by the bulkhead'],
  ['bulkhead: queue depth', policy, 'Queued calls'],
  ['fallback: invocations', policy, 'Calls by fallback result'],
  ['fallback: by error type', policy, 'Errors that triggered the fallback'],
  ['fallback: cache hit rate', policy, 'Fallback results by type'],
  ['connection state changes', policy, 'State by replica'],
  ['recovery attempts and successes', fleet, 'Openings and recoveries'],
  ['recovery attempts and successes of dependencies', policy, 'Recovery attempts'],
  ['breaker transitions', policy, 'State changes'],
  ['pool exhaustion', policy, 'Bulkhead utilization, fullest replica'],
  ['failed messages', policy, 'Share of unanswered calls'],
];

it('the dashboards show every required measurement', () => {
  const missing = REQUIRED.filter(([, { panels }, title]) => {
    const panel = panels.find((candidate) => candidate.title === title);
    return (panel?.targets ?? []).length === 0;
  });
  expect(missing.map(([measurement]) => measurement)).toEqual([]);
});

describe('links between the dashboards', () => {
  it('pass time and variables that the target supports', () => {
    const common = '${datasource:queryparam}&${job:queryparam}&${instance:queryparam}';
    // The policy dashboard requires a single policy, and All is not one.
    expect(fleet.links).toMatchObject([{ url: `/d/resilience-policy?${common}`, keepTime: true }]);
    expect(policy.links).toMatchObject([
      { url: `/d/resilience-fleet?${common}&\${policy:queryparam}`, keepTime: true },
    ]);
    for (const link of [...fleet.links, ...policy.links]) {
      expect(link).not.toHaveProperty('placement');
      expect(link.includeVars).toBeFalsy();
    }
  });

  it('lead from every series of a policy to its dashboard', () => {
    const linked = fleet.panels.filter(({ fieldConfig }) => fieldConfig?.defaults.links);
    expect(linked.length).toBeGreaterThan(4);
    for (const { fieldConfig, targets = [] } of linked) {
      expect(fieldConfig?.defaults.links?.[0]?.url).toBe(
        '/d/resilience-policy?var-job=${__field.labels.job:percentencode}' +
          '&var-policy=${__field.labels.resilience_policy_name:percentencode}' +
          '&${datasource:queryparam}&${instance:queryparam}&${__url_time_range}',
      );
      for (const { legendFormat } of targets) {
        expect(legendFormat).toBe('{{resilience_policy_name}} ({{job}})');
      }
    }
  });

  it('lead from a table row to the dashboard of its policy', () => {
    const tables = fleet.panels.filter(({ type }) => type === 'table');
    expect(tables.map(({ title }) => title)).toEqual([
      'Firing alerts',
      'Scorecard: policies and their limits',
    ]);
    for (const { fieldConfig } of tables) {
      const { properties = [] } =
        fieldConfig?.overrides?.find(({ matcher }) => matcher.options === 'Policy') ?? {};
      expect(properties).toEqual([
        {
          id: 'links',
          value: [
            {
              title: 'Dashboard of this policy',
              url:
                '/d/resilience-policy?var-job=${__data.fields.Job:percentencode}' +
                '&var-policy=${__data.fields.Policy:percentencode}' +
                '&${datasource:queryparam}&${instance:queryparam}&${__url_time_range}',
            },
          ],
        },
      ]);
    }
  });

  it('are in tables that sort the worst row to the top', () => {
    const sorted = fleet.panels
      .filter(({ type }) => type === 'table')
      .map(({ options }) => options?.sortBy);
    expect(sorted).toEqual([
      [{ displayName: 'Severity', desc: true }],
      [{ displayName: 'Errors', desc: true }],
    ]);
  });

  it('do not lead from the policy dashboard to itself', () => {
    expect(policy.panels.filter(({ fieldConfig }) => fieldConfig?.defaults.links)).toEqual([]);
  });
});

describe('dashboards of two namings in one Grafana', () => {
  const otlp = dashboardsIn(generate({ naming: 'otlp', uidSuffix: 'otlp' }));

  it('have different uids, titles and links', () => {
    const both = [fleet, policy, ...otlp];
    expect(new Set(both.map(({ uid }) => uid)).size).toBe(4);
    expect(new Set(both.map(({ title }) => title)).size).toBe(4);
    const urls = JSON.stringify(otlp).match(/\/d\/[\w-]+/g) ?? [];
    expect([...new Set(urls)].sort()).toEqual([
      '/d/resilience-fleet-otlp',
      '/d/resilience-policy-otlp',
    ]);
  });

  it('are the targets of links from the alerts of their naming', () => {
    const files = generate({ uidSuffix: 'otlp', dashboardBase: 'https://grafana.test' });
    const urls = files['alerts/resilience-alerts.yaml']?.match(/test\/d\/[\w-]+/g) ?? [];
    expect(urls.length).toBeGreaterThan(20);
    for (const url of urls) expect(url).toMatch(/-otlp$/);
  });
});

describe.each(NAMINGS)('with custom label names and the naming %s', (naming) => {
  const options = { naming, jobLabel: 'service_name', instanceLabel: 'k8s_pod' } as const;

  it('panels filter by these labels', () => {
    const queries = asked(generate(options)).filter(({ where }) => where.startsWith('resilience-'));
    expect(queries.length).toBeGreaterThan(100);
    for (const { expr, where } of queries.filter((query) => !query.where.includes('variable'))) {
      for (const { matchers, grouping } of parseQuery(expr).selections) {
        const actual = matchers.map(({ label, op, value }) => `${label}${op}${value}`);
        expect({ where, actual }).toEqual({
          where,
          actual: expect.arrayContaining(['service_name=~$job', 'k8s_pod=~$instance']),
        });
        expect(grouping).not.toEqual(expect.arrayContaining(['job']));
      }
    }
  });

  it('links read these labels', () => {
    const text = JSON.stringify(dashboardsIn(generate(options))[0]);
    expect(text).toContain('var-job=${__field.labels.service_name:percentencode}');
    expect(text).toContain(
      naming.startsWith('otlp-utf8')
        ? 'var-policy=${__field.labels[\\"resilience.policy.name\\"]:percentencode}'
        : 'var-policy=${__field.labels.resilience_policy_name:percentencode}',
    );
  });
});
