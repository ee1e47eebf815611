import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { generate } from '../../src/generate/index.ts';
import { promtool, withFile } from './promtool.ts';
import { rulesOf } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { TABLES } from './scenarios/index.ts';
import { sampled } from './series.ts';
import { TEXTS } from './texts.ts';

const naming = 'prometheus-exporter';
const JOB = 'shop';
const RUNBOOKS = `https://cdn.jsdelivr.net/npm/cockatiel-otel@${manifest.version}/docs/runbooks`;
const GRAFANA = 'https://grafana.test';
const RULES = (['recording-rules', 'alerts'] as const).flatMap((what) =>
  Object.values(generate({ what, dashboardBase: GRAFANA })),
);

/** The first scenario and time at which an alert fires. */
function firstFiring(alert: string, severity: string): [Scenario, number] {
  for (const { scenarios } of TABLES.filter((table) => table.alert === alert)) {
    for (const scenario of scenarios) {
      if ((scenario.severity ?? severity) !== severity) continue;
      const [time] = Object.entries(scenario.firing).find(([, names]) => names.length > 0) ?? [];
      if (time !== undefined) return [scenario, Number(time)];
    }
  }
  throw new Error(`Expected a scenario in which ${alert} fires, found none`);
}

/** The rule with a name, a severity and a long window, and the rules that it reads. */
function rulesFor(alert: string, severity: string, long: string | undefined) {
  return rulesOf([alert], RULES).map((group) => ({
    ...group,
    rules: group.rules.filter(
      ({ labels }) =>
        labels === undefined || (labels['severity'] === severity && labels['long'] === long),
    ),
  }));
}

describe('the text of an alert', () => {
  it('is tested for every alert', () => {
    expect(new Set(TEXTS.map(({ alert }) => alert))).toEqual(
      new Set(TABLES.map(({ alert }) => alert)),
    );
  });

  it.each(TEXTS)('$alert ($severity) states the value, the limit and the window', async (text) => {
    const { alert, severity, labels, summary, description, dashboard } = text;
    const [{ replicas, long }, time] = firstFiring(alert, severity);
    const interval = long ? 60 : 15;
    const groups = rulesFor(alert, severity, labels['long']);
    await withFile('rules.yaml', stringify({ groups }), (path) =>
      promtool({
        rule_files: [path],
        group_eval_order: groups.map(({ name }) => name),
        evaluation_interval: long ? '300s' : '15s',
        tests: [
          {
            interval: `${interval}s`,
            input_series: replicas.flatMap((replica) =>
              sampled(replica, JOB, { naming, interval }, time),
            ),
            alert_rule_test: [
              {
                alertname: alert,
                eval_time: `${time}s`,
                exp_alerts: [
                  {
                    exp_labels: { severity, job: JOB, ...labels },
                    exp_annotations: {
                      summary,
                      description,
                      runbook_url: `${RUNBOOKS}/${alert}.md`,
                      dashboard_url: `${GRAFANA}/d/${dashboard}`,
                    },
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
  });
});
