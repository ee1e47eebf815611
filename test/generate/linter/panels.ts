import * as units from '@grafana/grafana-foundation-sdk/units';
import { ofPanels, type Rule } from './rule.ts';

const UNITS: readonly unknown[] = Object.values(units);

export const RULES: readonly Rule[] = [
  {
    name: 'panel-datasource-rule',
    lint: ofPanels(({ datasource, targets = [] }) =>
      [datasource, ...targets.map((target) => target.datasource)]
        .filter((source) => source?.uid !== '${datasource}')
        .map((source) => `queries ${source?.uid}`),
    ),
    breaks: [
      {
        from: '"datasource":{"type":"prometheus","uid":"${datasource}"},"gridPos"',
        to: '"datasource":{"type":"prometheus","uid":"mine"},"gridPos"',
        says: 'queries mine',
      },
    ],
  },
  {
    name: 'panel-title-description-rule',
    lint: ofPanels(({ title, description = '' }) => [
      ...(/^[A-Zp]/.test(title) ? [] : ['no title']),
      ...(/^.{20,}\n\nNo data: .{10,}\.$/s.test(description) ? [] : ['no description']),
    ]),
    breaks: [
      { from: '"title":"Calls by outcome"', to: '"title":""', says: ': no title' },
      { from: '\\n\\nNo data: ', to: '', says: 'no description' },
    ],
  },
  {
    name: 'panel-units-rule',
    lint: ofPanels(({ fieldConfig }) => {
      const { defaults, overrides = [] } = fieldConfig ?? { defaults: {} };
      return [
        defaults.unit,
        ...overrides.flatMap(({ properties }) =>
          properties.filter(({ id }) => id === 'unit').map(({ value }) => value),
        ),
      ]
        .filter((unit) => !UNITS.includes(unit))
        .map((unit) => `the unit ${unit}`);
    }),
    breaks: [
      { from: '"unit":"percentunit"', to: '"unit":"percents"', says: 'the unit percents' },
      { from: '"unit":"s",', to: '', says: 'the unit undefined' },
      {
        from: '{"id":"unit","value":"s"}',
        to: '{"id":"unit","value":"sec"}',
        says: 'the unit sec',
      },
    ],
  },
  {
    name: 'panel-no-targets-rule',
    lint: ofPanels(({ targets = [] }) => (targets.length > 0 ? [] : ['has no query'])),
    breaks: [{ from: '"targets":[', to: '"targets":[],"unused":[', says: 'has no query' }],
  },
  {
    name: 'panel-no-value-rule',
    lint: ofPanels(({ fieldConfig }) =>
      fieldConfig?.defaults.noValue === 'No data' ? [] : ['no noValue'],
    ),
    breaks: [{ from: '"noValue":"No data"', to: '"noValue":""', says: 'no noValue' }],
  },
  {
    name: 'panel-points-rule',
    lint: ofPanels(({ maxDataPoints = Number.POSITIVE_INFINITY }) =>
      maxDataPoints <= 200 ? [] : [`requests ${maxDataPoints} points`],
    ),
    breaks: [{ from: '"maxDataPoints":', to: '"maxDataPoints":9', says: 'requests 9' }],
  },
];
