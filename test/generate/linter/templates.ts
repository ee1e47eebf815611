import type { Dashboard, Variable } from '../../support/generated.ts';
import { parseQuery } from '../../support/promql.ts';
import type { Rule } from './rule.ts';

const queryOf = ({ query }: Variable) => (typeof query === 'string' ? query : query.query);
const ofType = ({ templating }: Dashboard, type: string) =>
  templating.list.filter((variable) => variable.type === type);

/**
 * The linter requires `.+` as `allValue`, which would exclude series without an instance: recorded
 * series, and OTLP services without `service.instance.id`.
 */
const ALL_VALUE = '.*';

function lintVariable(dashboard: Dashboard, name: string, label: string): string[] {
  const variable = dashboard.templating.list.find((candidate) => candidate.name === name);
  if (!variable) return [`no variable ${name}`];
  return [
    ...(variable.datasource?.uid === '${datasource}' ? [] : [`${name} uses another data source`]),
    ...(variable.type === 'query' ? [] : [`${name} is not a query`]),
    ...(variable.label === label ? [] : [`${name} is labeled ${variable.label}`]),
    ...(variable.multi ? [] : [`${name} is not a multi-select`]),
    ...(variable.allValue === ALL_VALUE ? [] : [`all of ${name} is ${variable.allValue}`]),
  ];
}

export const RULES: readonly Rule[] = [
  {
    name: 'template-datasource-rule',
    lint: (dashboard) => {
      const [source, ...more] = ofType(dashboard, 'datasource');
      if (!source || more.length > 0) return ['expected one variable for the data source'];
      return [
        ...(source.query === 'prometheus' ? [] : [`of the type ${queryOf(source)}`]),
        ...(source.name === 'datasource' ? [] : [`called ${source.name}`]),
        ...(source.label === 'Data source' ? [] : [`labeled ${source.label}`]),
      ];
    },
    breaks: [
      {
        from: '"type":"datasource","name"',
        to: '"type":"custom","name"',
        says: 'expected one variable for the data source',
      },
      { from: '"query":"prometheus"', to: '"query":"loki"', says: 'of the type loki' },
      { from: '"name":"datasource"', to: '"name":"ds"', says: 'called ds' },
      { from: '"label":"Data source"', to: '"label":"Source"', says: 'labeled Source' },
    ],
  },
  {
    name: 'template-job-rule',
    lint: (dashboard) => lintVariable(dashboard, 'job', 'Job'),
    breaks: [
      { from: '"name":"job"', to: '"name":"service"', says: 'no variable job' },
      { from: '"label":"Job"', to: '"label":"Jobs"', says: 'job is labeled Jobs' },
      { from: '"multi":true', to: '"multi":false', says: 'job is not a multi-select' },
      { from: '"allValue":".*"', to: '"allValue":""', says: 'all of job is ' },
    ],
  },
  {
    name: 'template-instance-rule',
    lint: (dashboard) => lintVariable(dashboard, 'instance', 'Instance'),
    breaks: [
      { from: '"name":"instance"', to: '"name":"pod"', says: 'no variable instance' },
      {
        from: '"type":"query","name":"instance"',
        to: '"type":"custom","name":"instance"',
        says: 'instance is not a query',
      },
    ],
  },
  {
    name: 'template-required-variables-rule',
    lint: ({ templating }) =>
      ['datasource', 'job', 'instance', 'policy']
        .filter((name, i) => templating.list[i]?.name !== name)
        .map((name) => `${name} is missing or out of order`),
    breaks: [
      { from: '"name":"policy"', to: '"name":"p"', says: 'policy is missing or out of order' },
    ],
  },
  {
    name: 'template-label-promql-rule',
    lint: (dashboard) =>
      ofType(dashboard, 'query').flatMap((variable) => {
        const [, expr, label] = queryOf(variable).match(/^label_values\((.+), ([\w.]+)\)$/) ?? [];
        if (!expr || !label) return [`${variable.name} is not label_values(...)`];
        return promqlFaults(expr).map((fault) => `${variable.name}: ${fault}`);
      }),
    breaks: [
      { from: 'label_values(', to: 'labels(', says: 'job is not label_values(...)' },
      { from: 'label_values(', to: 'label_values((', says: 'job: invalid PromQL' },
    ],
  },
  {
    name: 'template-on-time-change-reload-rule',
    lint: (dashboard) =>
      ofType(dashboard, 'query')
        .filter(({ refresh }) => refresh !== 2)
        .map(({ name, refresh }) => `${name} has the refresh ${refresh}`),
    breaks: [{ from: '"refresh":2', to: '"refresh":1', says: 'job has the refresh 1' }],
  },
  {
    name: 'template-unused-rule',
    lint: (dashboard) =>
      ofType(dashboard, 'query')
        .filter(({ name }) => {
          const used = new RegExp(`\\$${name}\\b`);
          return !dashboard.panels.some(({ targets = [] }) =>
            targets.some(({ expr }) => used.test(expr)),
          );
        })
        .map(({ name }) => `no panel uses ${name}`),
    breaks: [
      {
        from: '"type":"query","name":"instance"',
        to: '"type":"query","name":"unused"',
        says: 'no panel uses unused',
      },
    ],
  },
];

export function promqlFaults(expr: string): string[] {
  try {
    parseQuery(expr);
    return [];
  } catch {
    return ['invalid PromQL'];
  }
}
