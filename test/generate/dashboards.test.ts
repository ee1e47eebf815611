import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { BURN_RATES, LIMITS } from '../../src/presets/thresholds.ts';
import { NAMINGS } from '../../src/semconv/prometheus.ts';
import { asked, type Dashboard, dashboardsIn, type Panel } from '../support/generated.ts';
import { parseQuery } from '../support/promql.ts';

const [fleet, policy] = dashboardsIn(generate()) as [Dashboard, Dashboard];

function panelOf({ panels, uid }: Dashboard, title: string): Panel {
  const panel = panels.find((each) => each.title === title);
  if (!panel) throw new Error(`${uid} has no panel ${title}`);
  return panel;
}

const shown = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== 'row');
const exprsOf = ({ targets = [] }: Panel) => targets.map(({ expr }) => expr);

describe('the dashboards', () => {
  it('are two, called by their uids', () => {
    expect(Object.keys(generate()).filter((path) => path.startsWith('dashboards/'))).toEqual([
      'dashboards/resilience-fleet.json',
      'dashboards/resilience-policy.json',
    ]);
    expect([fleet.uid, policy.uid]).toEqual(['resilience-fleet', 'resilience-policy']);
  });

  it.each([fleet, policy])('$title: lets a reader choose source, job, instance, policy', (each) => {
    expect(each.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
      ['policy', 'query'],
    ]);
  });

  it('show many policies, or one', () => {
    const [many, one] = [fleet, policy].map(({ templating }) => templating.list[3]);
    expect(many).toMatchObject({ multi: true, includeAll: true, allValue: '.*' });
    expect(one).toMatchObject({ multi: false, includeAll: false });
  });

  it('match the one policy as it is called, which may be a URL', () => {
    expect(JSON.stringify(fleet.panels)).toContain('policy_name=~\\"$policy\\"');
    expect(JSON.stringify(policy.panels)).not.toContain('=~\\"$policy\\"');
  });

  it('put no more than six stats or three graphs side by side', () => {
    for (const { panels } of [fleet, policy]) {
      for (const { type, gridPos } of panels.filter((panel) => panel.type !== 'row')) {
        expect(gridPos.w).toBeGreaterThanOrEqual(type === 'stat' ? 4 : 8);
      }
    }
  });

  it('are short: what a reader may not need is in collapsed rows', () => {
    const inView = ({ panels }: Dashboard) => {
      const closed = panels.flatMap((panel) => panel.panels ?? []);
      return panels.filter((panel) => panel.type !== 'row' && !closed.includes(panel));
    };
    expect(shown(fleet).length).toBeLessThanOrEqual(16);
    expect(inView(policy).length).toBeLessThanOrEqual(24);
    const rows = policy.panels.filter(({ type }) => type === 'row');
    expect(rows).toHaveLength(10);
    expect(rows.filter(({ collapsed }) => !collapsed).map(({ title }) => title)).toEqual([
      'Summary',
      'Calls: what callers got',
      'Circuit breaker',
    ]);
  });

  it('have no panel in common', () => {
    const asks = ({ title, targets = [] }: Panel) => [title, ...targets.map(({ expr }) => expr)];
    // The one policy of the dashboard is matched as it is, those of the fleet by a pattern.
    const alike = (text: string) => text.replaceAll('=~"$policy"', '="$policy"');
    const graphs = (each: Dashboard) => shown(each).filter(({ type }) => type !== 'table');
    const ofFleet = new Set(graphs(fleet).flatMap(asks).map(alike));
    expect(
      graphs(policy)
        .flatMap(asks)
        .map(alike)
        .filter((text) => ofFleet.has(text)),
    ).toEqual([]);
  });

  it('say at the top what a person on call asks first', () => {
    const [summary] = policy.panels;
    expect(summary?.title).toBe('Summary');
    expect(policy.panels.slice(1, 7).map(({ title, type }) => [type, title])).toEqual([
      ['stat', 'Worst circuit'],
      ['stat', 'Open since'],
      ['stat', 'Callers that get nothing'],
      ['stat', 'Failing error type'],
      ['stat', 'Success after resilience'],
      ['stat', 'Error budget left, 30d'],
    ]);
  });

  it('say how long Prometheus must keep what a window of 30d reads', () => {
    const long = [fleet, policy]
      .flatMap(shown)
      .filter(({ targets }) => JSON.stringify(targets).includes('[30d]'));
    expect(long.length).toBeGreaterThan(2);
    for (const { description } of long) expect(description).toContain('Prometheus keeps 15d');
  });

  it('mark the openings of circuits, restarts and versions', () => {
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

describe('the limits that are drawn', () => {
  const drawn = (dashboard: Dashboard) =>
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

  it('are the documented ones, on the dashboard of the fleet', () => {
    expect(drawn(fleet)).toEqual({
      'Circuits not closed': ['at most', LIMITS.opened.count],
      'Policies whose callers get nothing': ['at most', 1],
      'Least error budget left, 30d': ['at least', 0],
      'Dependencies available': ['at least', LIMITS.dependenciesAvailable.ratio],
      'Time since closed, worst replica': ['at most', LIMITS.stuckOpen.seconds],
      'Breakers not closed, whole fleet': ['at most', LIMITS.fleetWide.ratio],
      'Most calls without an answer, last 10m': ['at most', LIMITS.errors.ratio],
      'Most calls over 500 ms, last 10m': ['at most', 0.05],
      'Circuit breakers reporting, of those 1h ago': ['at least', 1],
      'Overflow series': ['at most', 1],
    });
  });

  it('are the documented ones, on the dashboard of a policy', () => {
    expect(drawn(policy)).toEqual({
      'Callers that get nothing': ['at most', 0.001],
      'Error budget burn, as a share of what fires an alert': ['at most', 1],
      'Success after resilience': ['at least', LIMITS.availability.ratio],
      'Error budget left, 30d': ['at least', 0],
      'Calls without an answer': ['at most', LIMITS.errors.ratio],
      'Duration of answered calls': ['at most', LIMITS.latency.seconds],
      'Duration by result, p95': ['at most', LIMITS.latency.seconds],
      'Time to recovery': ['at most', LIMITS.recovery.seconds],
      'Second retries in 5m': ['at most', LIMITS.secondRetries.count],
      'Retried calls that recovered': ['at least', LIMITS.retrySuccess.ratio],
      'Retries for each call': ['at most', LIMITS.retryAmplification.perCall],
      'Calls timed out': ['at most', LIMITS.timeouts.ratio],
      'Slots taken, fullest replica': ['at most', LIMITS.bulkheadSaturation.ratio],
      'Calls rejected by the bulkhead': ['at most', LIMITS.bulkheadRejections.ratio],
      'Answers by a fallback': ['at most', LIMITS.fallbacks.ratio],
      'Fallbacks failed in 10m': ['at most', LIMITS.fallbackFailures.count],
      'Duration of health checks': ['at most', LIMITS.healthCheck.seconds],
      'Faults of the instrumentation in 5m': ['at most', LIMITS.telemetryErrors.count],
    });
  });

  it('are those that services report of themselves, dashed', () => {
    const dashed = policy.panels
      .filter(({ fieldConfig }) => JSON.stringify(fieldConfig ?? {}).includes('"fill":"dash"'))
      .map(({ title, targets = [] }) => [title, targets.at(-1)?.legendFormat]);
    expect(dashed).toEqual([
      ['Failures in a row', 'limit'],
      ['Duration of calls, and the timeout', 'limit'],
      ['Slots taken', 'limit'],
      ['Calls in the queue', 'limit'],
    ]);
  });

  it('measure the budget of the documented availability', () => {
    for (const left of [
      panelOf(fleet, 'Least error budget left, 30d'),
      panelOf(policy, 'Error budget left, 30d'),
    ]) {
      expect(exprsOf(left)).toEqual([expect.stringMatching(/\[30d].* \/ 0\.0001\)?, -1\)$/s)]);
    }
  });

  it('burn the budget in one panel, by every pair of windows', () => {
    const { targets = [] } = panelOf(
      policy,
      'Error budget burn, as a share of what fires an alert',
    );
    expect(targets).toHaveLength(BURN_RATES.length);
    const [first] = targets;
    expect(first?.expr).toMatch(/\[1h].*< .*\[5m].*or .*\[5m].*\) \/ 0\.00144$/s);
    expect(first?.legendFormat).toBe('1h and 5m: 14.4 times (critical)');
  });

  it('change with the thresholds that are asked for', () => {
    const thresholds = { 'timeouts.ratio': 0.2, 'latency.seconds': 1 };
    const [, changed] = dashboardsIn(generate({ thresholds })) as [Dashboard, Dashboard];
    expect(drawn(changed)).toMatchObject({
      'Calls timed out': ['at most', 0.2],
      'Duration of answered calls': ['at most', 1],
    });
  });

  it('are divided by the time scale, but for the durations of calls', () => {
    const [scaled] = dashboardsIn(generate({ timeScale: 60 })) as [Dashboard, Dashboard];
    expect(drawn(scaled)).toMatchObject({
      'Time since closed, worst replica': ['at most', LIMITS.stuckOpen.seconds / 60],
      'Most calls over 500 ms, last 10s': ['at most', 0.05],
    });
  });
});

/** What the documents plan, and where it is. */
const PLANNED: readonly [what: string, Dashboard, title: string][] = [
  ['breaker: state by service', fleet, 'Worst state of any replica'],
  ['breaker: failures over time', policy, 'Failures of the dependency, by type'],
  ['breaker: success rate', policy, 'Success rate of the dependency'],
  ['retry: attempts by function', policy, 'Retries by attempt'],
  ['retry: exhaustion rate', policy, 'Calls that used up their retries'],
  ['retry: successes after a retry', policy, 'Retried calls that recovered'],
  ['timeouts: by operation type', policy, 'Calls under the timeout'],
  ['timeouts: duration distribution', policy, 'Duration of calls, and the timeout'],
  ['timeouts: violation rate', policy, 'Calls timed out'],
  ['bulkhead: active by resource', policy, 'Slots taken'],
  ['bulkhead: rejection rate', policy, 'Calls rejected by the bulkhead'],
  ['bulkhead: queue depth', policy, 'Calls in the queue'],
  ['fallback: invocations', policy, 'Calls through the fallback'],
  ['fallback: by error type', policy, 'Why the fallback answered, by type of error'],
  ['fallback: cache hit rate', policy, 'Fallback answers by type'],
  ['connection state changes', policy, 'State by replica'],
  ['recovery attempts and successes', fleet, 'Openings and recoveries'],
  ['recovery attempts and successes of dependencies', policy, 'Recovery attempts'],
  ['breaker transitions', policy, 'Changes of state'],
  ['pool exhaustion', policy, 'Slots taken, fullest replica'],
  ['failed messages', policy, 'Calls without an answer'],
];

describe('the panels that the documents plan', () => {
  it.each(PLANNED)('have the %s', (_, dashboard, title) => {
    expect(panelOf(dashboard, title).targets?.length).toBeGreaterThan(0);
  });
});

describe('the way between the dashboards', () => {
  it('keeps the time and what is chosen, as far as the other can take it', () => {
    const common = '${datasource:queryparam}&${job:queryparam}&${instance:queryparam}';
    // One policy takes a single value, and All is none.
    expect(fleet.links).toMatchObject([{ url: `/d/resilience-policy?${common}`, keepTime: true }]);
    expect(policy.links).toMatchObject([
      { url: `/d/resilience-fleet?${common}&\${policy:queryparam}`, keepTime: true },
    ]);
    for (const link of [...fleet.links, ...policy.links]) {
      expect(link).not.toHaveProperty('placement');
      expect(link.includeVars).toBeFalsy();
    }
  });

  it('leads from every series of a policy to that policy', () => {
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

  it('leads from the row of a table to its policy', () => {
    const tables = fleet.panels.filter(({ type }) => type === 'table');
    expect(tables.map(({ title }) => title)).toEqual([
      'Alerts firing',
      'Scorecard: every policy against every documented limit',
    ]);
    for (const { fieldConfig } of tables) {
      const { properties = [] } =
        fieldConfig?.overrides?.find(({ matcher }) => matcher.options === 'Policy') ?? {};
      expect(properties).toEqual([
        {
          id: 'links',
          value: [
            {
              title: 'All of this policy',
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

  it('has the worst of a table at its top', () => {
    const sorted = fleet.panels
      .filter(({ type }) => type === 'table')
      .map(({ options }) => options?.sortBy);
    expect(sorted).toEqual([
      [{ displayName: 'Severity', desc: true }],
      [{ displayName: 'Errors', desc: true }],
    ]);
  });

  it('does not lead from the dashboard of a policy to itself', () => {
    expect(policy.panels.filter(({ fieldConfig }) => fieldConfig?.defaults.links)).toEqual([]);
  });
});

describe('dashboards of two namings in one Grafana', () => {
  const other = dashboardsIn(generate({ naming: 'otlp', uidSuffix: 'otlp' }));

  it('have uids, titles and links of their own', () => {
    const both = [fleet, policy, ...other];
    expect(new Set(both.map(({ uid }) => uid)).size).toBe(4);
    expect(new Set(both.map(({ title }) => title)).size).toBe(4);
    const urls = JSON.stringify(other).match(/\/d\/[\w-]+/g) ?? [];
    expect([...new Set(urls)].sort()).toEqual([
      '/d/resilience-fleet-otlp',
      '/d/resilience-policy-otlp',
    ]);
  });

  it('are linked by the alerts of their naming', () => {
    const files = generate({ uidSuffix: 'otlp', dashboardBase: 'https://grafana.test' });
    const urls = files['alerts/resilience-alerts.yaml']?.match(/test\/d\/[\w-]+/g) ?? [];
    expect(urls.length).toBeGreaterThan(20);
    for (const url of urls) expect(url).toMatch(/-otlp$/);
  });
});

describe.each(NAMINGS)('with labels of other names, in the naming %s', (naming) => {
  const options = { naming, jobLabel: 'service_name', instanceLabel: 'k8s_pod' } as const;

  it('panels ask by them', () => {
    const queries = asked(generate(options)).filter(({ where }) => where.startsWith('resilience-'));
    expect(queries.length).toBeGreaterThan(100);
    for (const { expr, where } of queries.filter((each) => !each.where.includes('variable'))) {
      for (const { matchers, grouping } of parseQuery(expr).selections) {
        const written = matchers.map(({ label, op, value }) => `${label}${op}${value}`);
        expect({ where, written }).toEqual({
          where,
          written: expect.arrayContaining(['service_name=~$job', 'k8s_pod=~$instance']),
        });
        expect(grouping).not.toEqual(expect.arrayContaining(['job']));
      }
    }
  });

  it('links read them', () => {
    const text = JSON.stringify(dashboardsIn(generate(options))[0]);
    expect(text).toContain('var-job=${__field.labels.service_name:percentencode}');
    expect(text).toContain(
      naming.startsWith('otlp-utf8')
        ? 'var-policy=${__field.labels[\\"resilience.policy.name\\"]:percentencode}'
        : 'var-policy=${__field.labels.resilience_policy_name:percentencode}',
    );
  });
});
