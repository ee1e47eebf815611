/**
 * The offline checks of cloudflare/pint that matter for these rules, under pint's names:
 * https://cloudflare.github.io/pint/checks/
 */
import type { Naming } from '../../../src/semconv/prometheus.ts';
import type { Group, Rule } from '../rules.ts';
import { isCounter, labelsOf } from './labels.ts';
import {
  argumentsOf,
  binaryOf,
  every,
  first,
  labelsIn,
  matchersOf,
  metricOf,
  type Node,
  treeOf,
} from './tree.ts';

export interface Context {
  readonly naming: Naming;
  readonly groups: readonly Group[];
  /** Seconds between two samples. */
  readonly scrapeInterval: number;
}

type Check = (rule: Rule, context: Context) => string[];

const RATES = ['rate', 'irate', 'increase', 'resets'];
/** Functions whose result contains different series at each evaluation. */
const SAMPLING = ['topk', 'bottomk', 'limitk', 'limit_ratio', 'count_values'];
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

export const CHECKS: Readonly<Record<string, Check>> = {
  'alerts/annotation': ({ alert, annotations = {} }) =>
    alert === undefined
      ? []
      : ['summary', 'description', 'runbook_url']
          .filter((name) => !annotations[name]?.trim())
          .map((name) => `no annotation ${name}`),

  'alerts/comparison': ({ alert, expr }) =>
    alert === undefined || isCondition(treeOf(expr)) ? [] : ['fires for any value'],

  'alerts/for': ({ alert, for: time }) => {
    if (alert === undefined || time === undefined) return [];
    if (secondsOf(time) === undefined) return [`no duration: ${time}`];
    return secondsOf(time) === 0 ? ['waits for nothing'] : [];
  },

  'alerts/template': ({ alert, expr, labels = {}, annotations = {} }, context) => {
    if (alert === undefined) return [];
    const has = labelsOf(treeOf(expr), knowledge(context)) ?? new Set();
    const wanted = Object.values(annotations).flatMap((text) => [
      ...[...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
      ...[...text.matchAll(/index \$labels "(.+?)"/g)].map(([, label = '']) => label),
    ]);
    return [
      ...[...new Set(wanted)]
        .filter((label) => !has.has(label))
        .map((label) => `no label ${label}`),
      ...Object.entries(labels)
        .filter(([, text]) => /\$value|\.Value/.test(text))
        .map(([label]) => `the label ${label} changes with the value`),
    ];
  },

  'rule/label': ({ alert, labels = {} }) =>
    alert === undefined || /^(critical|warning|info)$/.test(labels['severity'] ?? '')
      ? []
      : ['no severity'],

  'rule/duplicate': (rule, { groups }) => {
    const same = groups
      .flatMap(({ rules }) => rules)
      .filter((second) =>
        rule.record === undefined
          ? second.alert === rule.alert &&
            JSON.stringify(second.labels) === JSON.stringify(rule.labels)
          : second.record === rule.record,
      );
    return same.length > 1 ? [`${same.length} rules make the same`] : [];
  },

  'promql/aggregate': ({ expr }) =>
    [...every(treeOf(expr), 'AggregateExpr')].flatMap((node) => {
      const modifier = first(node, 'AggregateModifier');
      if (modifier === undefined || first(modifier, 'Without'))
        return [`not by labels: ${node.text}`];
      // This alert counts the alerts of all jobs.
      if (labelsIn(modifier).includes('job') || node.text.includes('ALERTS{')) return [];
      return [`drops job: ${node.text}`];
    }),

  'promql/rate': ({ expr }, context) =>
    [...every(treeOf(expr), 'FunctionCall')]
      .filter((node) => RATES.includes(first(node, 'FunctionIdentifier')?.text ?? ''))
      .flatMap((node) => {
        const [range] = [...every(node, 'MatrixSelector')];
        const [subquery] = [...every(node, 'SubqueryExpr')];
        if (range === undefined || subquery) return [`of what is no series: ${node.text}`];
        const name = metricOf([...every(range, 'VectorSelector')][0] as Node);
        const seconds =
          secondsOf(first(range, 'DurationExpr')?.text.replace(/[[\]]/g, '') ?? '') ?? 0;
        return [
          // A downtime grows like a counter, and drops to 0 at each recovery.
          ...(counts(name, context) || /_downtime:max5m$/.test(name)
            ? []
            : [`${name} is no counter`]),
          ...(seconds >= 4 * context.scrapeInterval
            ? []
            : [`a range of fewer than 4 samples: ${node.text}`]),
        ];
      }),

  'promql/regexp': ({ expr }) =>
    [...every(treeOf(expr), 'VectorSelector')]
      .flatMap(matchersOf)
      .filter(({ op }) => op === '=~' || op === '!~')
      // Metrics of this package share a prefix.
      .filter(({ label }) => label !== '__name__')
      .flatMap(({ label, value }) => [
        ...(/[\\^$.|?*+()[\]{}]/.test(value) ? [] : [`needless: ${label}, ${value}`]),
        ...(/^\^|[^\\]\$$/.test(value) ? [`anchored anyhow: ${label}, ${value}`] : []),
        ...(/\w[^\\]?\.[*+]|\.[*+].?\w/.test(value)
          ? [`parts of a value: ${label}, ${value}`]
          : []),
      ]),

  'promql/fragile': ({ alert, expr, for: time }) => {
    if (alert === undefined) return [];
    const tree = treeOf(expr);
    const sampling = [...every(tree, 'AggregateOp'), ...every(tree, 'FunctionIdentifier')]
      .filter(({ text }) => SAMPLING.includes(text))
      .map(({ text }) => `${text} gives others each time`);
    const unlike = [...every(tree, 'BinaryExpr')].flatMap((node) => {
      const binary = binaryOf(node);
      if (binary?.kind !== 'arithmetic' || time !== undefined) return [];
      const [left, right] = [binary.left, binary.right].map(targetsOf);
      return left !== right ? [`of other targets: ${node.text}`] : [];
    });
    return [...sampling, ...unlike];
  },

  'promql/impossible': ({ expr }, context) => {
    const found: string[] = [];
    labelsOf(treeOf(expr), { ...knowledge(context), impossible: (what) => found.push(what) });
    return found;
  },
};

/** The findings, with the name of the check in pint. */
export function findings(context: Context): string[] {
  return context.groups.flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      Object.entries(CHECKS).flatMap(([name, check]) =>
        check(rule, context).map((what) => `${rule.alert ?? rule.record}: ${name}: ${what}`),
      ),
    ),
  );
}

function knowledge({ naming, groups }: Context) {
  const recorded = Object.fromEntries(
    groups
      .flatMap(({ rules }) => rules)
      .flatMap(({ record, expr }) => (record === undefined ? [] : [[record, expr] as const])),
  );
  return { naming, recorded, impossible: () => {} };
}

/**
 * A counter, or a recorded sum of counters of one process, which restart together. In a sum of several
 * processes the restart of one would be hidden.
 */
function counts(name: string, context: Context): boolean {
  const { naming, recorded } = knowledge(context);
  const expr = recorded[name];
  if (expr === undefined) return isCounter(name, naming);
  const tree = treeOf(expr);
  const binary = binaryOf(tree);
  // The right side of an `or` replaces an empty sum.
  const sums = binary?.op === 'Or' ? binary.left : tree;
  return (
    (labelsOf(tree, knowledge(context))?.has('instance') ?? false) &&
    [...every(sums, 'FunctionCall')].length === 0 &&
    [...every(sums, 'VectorSelector')].every((item) => isCounter(metricOf(item), naming))
  );
}

/** Whether an expression can be empty: it has a comparison or an `unless`. */
function isCondition(node: Node): boolean {
  const binary = binaryOf(node);
  if (binary?.kind === 'comparison') return !binary.bool;
  if (binary?.op === 'Or') return isCondition(binary.left) && isCondition(binary.right);
  if (binary?.op === 'Unless') return true;
  if (binary) return isCondition(binary.left) || isCondition(binary.right);
  if (node.kind === 'AggregateExpr') return argumentsOf(node).some(isCondition);
  return node.kind === 'ParenExpr' && node.children.some(isCondition);
}

/** The targets that a part of a query selects. */
function targetsOf(node: Node): string {
  return [...every(node, 'VectorSelector')]
    .flatMap(matchersOf)
    .filter(({ label }) => label === 'job' || label === 'instance')
    .map(({ label, op, value }) => `${label}${op}${value}`)
    .sort()
    .join();
}

function secondsOf(duration: string): number | undefined {
  if (!/^(\d+(ms|[smhd]))+$/.test(duration)) return undefined;
  return [...duration.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}
