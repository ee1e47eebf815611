import type { Dashboard, Variable } from '../../support/generated.ts';
import { parseQuery } from '../../support/promql.ts';
import type { Rule } from './rule.ts';

const queryOf = ({ query }: Variable) => (typeof query === 'string' ? query : query.query);
const ofType = ({ templating }: Dashboard, type: string) =>
  templating.list.filter((variable) => variable.type === type);

/**
 * The linter wants `.+` of `allValue`. With OTLP an instance may have no name, and what is recorded
 * has none at all: `.+` would hide both.
 */
const ALL = '.*';

function template(dashboard: Dashboard, name: string, label: string): string[] {
  const variable = dashboard.templating.list.find((each) => each.name === name);
  if (!variable) return [`no variable ${name}`];
  return [
    ...(variable.datasource?.uid === '${datasource}' ? [] : [`${name} asks another data source`]),
    ...(variable.type === 'query' ? [] : [`${name} is no query`]),
    ...(variable.label === label ? [] : [`${name} is labelled ${variable.label}`]),
    ...(variable.multi ? [] : [`${name} is no multi select`]),
    ...(variable.allValue === ALL ? [] : [`all of ${name} is ${variable.allValue}`]),
  ];
}

export const RULES: readonly Rule[] = [
  {
    name: 'template-datasource-rule',
    lint: (dashboard) => {
      const [source, ...others] = ofType(dashboard, 'datasource');
      if (!source || others.length > 0) return ['not one variable for the data source'];
      return [
        ...(source.query === 'prometheus' ? [] : [`of the type ${queryOf(source)}`]),
        ...(source.name === 'datasource' ? [] : [`called ${source.name}`]),
        ...(source.label === 'Data source' ? [] : [`labelled ${source.label}`]),
      ];
    },
    breaks: [
      {
        from: '"type":"datasource","name"',
        to: '"type":"custom","name"',
        says: 'not one variable for the data source',
      },
      { from: '"query":"prometheus"', to: '"query":"loki"', says: 'of the type loki' },
      { from: '"name":"datasource"', to: '"name":"ds"', says: 'called ds' },
      { from: '"label":"Data source"', to: '"label":"Source"', says: 'labelled Source' },
    ],
  },
  {
    name: 'template-job-rule',
    lint: (dashboard) => template(dashboard, 'job', 'Job'),
    breaks: [
      { from: '"name":"job"', to: '"name":"service"', says: 'no variable job' },
      { from: '"label":"Job"', to: '"label":"Jobs"', says: 'job is labelled Jobs' },
      { from: '"multi":true', to: '"multi":false', says: 'job is no multi select' },
      { from: '"allValue":".*"', to: '"allValue":""', says: 'all of job is ' },
    ],
  },
  {
    name: 'template-instance-rule',
    lint: (dashboard) => template(dashboard, 'instance', 'Instance'),
    breaks: [
      { from: '"name":"instance"', to: '"name":"pod"', says: 'no variable instance' },
      {
        from: '"type":"query","name":"instance"',
        to: '"type":"custom","name":"instance"',
        says: 'instance is no query',
      },
    ],
  },
  {
    name: 'template-required-variables-rule',
    lint: ({ templating }) =>
      ['datasource', 'job', 'instance', 'policy']
        .filter((name, i) => templating.list[i]?.name !== name)
        .map((name) => `no ${name} in its place`),
    breaks: [{ from: '"name":"policy"', to: '"name":"p"', says: 'no policy in its place' }],
  },
  {
    name: 'template-label-promql-rule',
    lint: (dashboard) =>
      ofType(dashboard, 'query').flatMap((variable) => {
        const [, expr, label] = queryOf(variable).match(/^label_values\((.+), ([\w.]+)\)$/) ?? [];
        if (!expr || !label) return [`${variable.name} is no label_values(...)`];
        return promqlFault(expr).map((fault) => `${variable.name}: ${fault}`);
      }),
    breaks: [
      { from: 'label_values(', to: 'labels(', says: 'job is no label_values(...)' },
      { from: 'label_values(', to: 'label_values((', says: 'job: no PromQL' },
    ],
  },
  {
    name: 'template-on-time-change-reload-rule',
    lint: (dashboard) =>
      ofType(dashboard, 'query')
        .filter(({ refresh }) => refresh !== 2)
        .map(({ name, refresh }) => `${name} is refreshed ${refresh}`),
    breaks: [{ from: '"refresh":2', to: '"refresh":1', says: 'job is refreshed 1' }],
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
        .map(({ name }) => `${name} is used by no panel`),
    breaks: [
      {
        from: '"type":"query","name":"instance"',
        to: '"type":"query","name":"unused"',
        says: 'unused is used by no panel',
      },
    ],
  },
];

export function promqlFault(expr: string): string[] {
  try {
    parseQuery(expr);
    return [];
  } catch {
    return ['no PromQL'];
  }
}
