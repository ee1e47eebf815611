import { describe, expect, it } from 'vitest';
import { SAMPLINGS } from './promtool.ts';
import { committed, groupsIn } from './rules.ts';
import type { Scenario, Table } from './scenario.ts';
import { TABLES } from './scenarios/index.ts';
import { SITUATIONS } from './scenarios/situations.ts';

/** Alerts with a table of their own. */
const PLAYED_ALONE = TABLES.map(({ alert }) => alert);

const fires = ({ firing }: Scenario) => Object.values(firing).some((values) => values.length > 0);
/** Fires, and is silent at a later time. */
const resolves = (scenario: Scenario) =>
  fires(scenario) && Object.values(scenario.firing).at(-1)?.length === 0;

/** The situations that expect something of an alert, as scenarios. */
function situationsOf(alert: string): Scenario[] {
  const isOf = (text: string) => `Resilience${text.split(' ')[0]}` === alert;
  return SITUATIONS.flatMap(({ title, firing }) => {
    const times = Object.entries(firing).filter(([, { fires = [], silent = [] }]) =>
      [...fires, ...silent].some(isOf),
    );
    if (times.length === 0) return [];
    return [
      {
        title,
        replicas: [],
        firing: Object.fromEntries(
          times.map(([time, { fires = [] }]) => [time, fires.filter(isOf)]),
        ),
      },
    ];
  });
}

/** What the scenarios of the alerts lack. */
function missingScenarios(alerts: readonly string[], tables: readonly Table[]): string[] {
  const of = (alert: string) => [
    ...tables.filter((table) => table.alert === alert).flatMap(({ scenarios }) => scenarios),
    ...(PLAYED_ALONE.includes(alert) ? [] : situationsOf(alert)),
  ];
  return [
    ...alerts.flatMap((alert) => [
      ...(of(alert).some(fires) ? [] : [`${alert}: no scenario in which it fires`]),
      ...(of(alert).some(resolves) ? [] : [`${alert}: no scenario in which it resolves`]),
      ...(of(alert).every(fires) ? [`${alert}: no scenario in which it stays silent`] : []),
    ]),
    ...tables
      .filter(({ alert }) => !alerts.includes(alert))
      .map(({ alert }) => `${alert}: no such alert`),
  ];
}

describe.each(['prometheus-exporter', 'otlp'] as const)(
  'every alert in the naming %s',
  (naming) => {
    const alerts = [
      ...new Set(
        groupsIn(committed(naming)).flatMap(({ rules }) =>
          rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert])),
        ),
      ),
    ];

    it('has scenarios in which it fires, resolves and stays silent', () => {
      expect(alerts.length).toBeGreaterThan(0);
      expect(missingScenarios(alerts, TABLES)).toEqual([]);
    });

    it('is tested with samples every 15 s and 60 s', () => {
      const intervals = SAMPLINGS.filter((sampling) => sampling.naming === naming).map(
        (sampling) => sampling.interval,
      );
      expect(new Set(intervals)).toEqual(new Set([15, 60]));
    });

    it('is reported without scenarios, and with scenarios of another alert', () => {
      const [first = ''] = alerts;
      const without = TABLES.filter(({ alert }) => alert !== first);
      const table = (scenarios: readonly Scenario[]): Table => ({
        alert: first,
        label: 'policy',
        scenarios,
      });
      const silent: Scenario = { title: 'stays silent', replicas: [], firing: { 60: [] } };
      const firing: Scenario = { title: 'fires', replicas: [], firing: { 60: ['a'] } };
      expect(missingScenarios(alerts, without)).toHaveLength(3);
      expect(missingScenarios(alerts, [...without, table([silent])])).toEqual([
        `${first}: no scenario in which it fires`,
        `${first}: no scenario in which it resolves`,
      ]);
      expect(missingScenarios(alerts, [...without, table([firing])])).toEqual([
        `${first}: no scenario in which it resolves`,
        `${first}: no scenario in which it stays silent`,
      ]);
      expect(missingScenarios(alerts, [...TABLES, { ...table([silent]), alert: 'Other' }])).toEqual(
        ['Other: no such alert'],
      );
    });
  },
);
