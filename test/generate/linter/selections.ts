import { parser } from '@prometheus-io/lezer-promql';
import { parseQuery, type Selection } from '../../support/promql.ts';

/** A selector, with the functions around it. */
export interface SelectorUse extends Omit<Selection, 'grouping'> {
  /** Functions and aggregations around the selector, innermost first. */
  readonly functions: readonly string[];
  /** The range in brackets. */
  readonly range?: string;
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/** Unique durations that replace the variables of Grafana for the parser. */
const PLACEHOLDERS = {
  $__rate_interval: '44444s',
  $__range: '55555s',
  $__interval: '66666s',
} as const;

/** @throws SyntaxError if the query cannot be parsed */
export function usesIn(expr: string): SelectorUse[] {
  const text = Object.entries(PLACEHOLDERS).reduce(
    (result, [variable, duration]) => result.replaceAll(variable, duration),
    expr,
  );
  const { selections } = parseQuery(text);
  const uses: Omit<SelectorUse, 'metric' | 'matchers'>[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.name !== 'VectorSelector') return;
      const range = rangeOf(node, text);
      uses.push({
        functions: functionsAround(node, text),
        ...(range === undefined ? {} : { range }),
      });
    },
  });
  return selections.map(({ metric, matchers }, i) => ({
    metric,
    matchers,
    ...(uses[i] ?? { functions: [] }),
  }));
}

function rangeOf({ parent }: Node, text: string): string | undefined {
  if (parent?.name !== 'MatrixSelector') return undefined;
  const [, range = ''] = text.slice(parent.from, parent.to).match(/\[([^\]]+)\]$/) ?? [];
  const [variable = range] =
    Object.entries(PLACEHOLDERS).find(([, duration]) => duration === range) ?? [];
  return variable;
}

function functionsAround(node: Node, text: string): string[] {
  const names: string[] = [];
  for (let parent = node.parent; parent; parent = parent.parent) {
    if (parent.name !== 'FunctionCall' && parent.name !== 'AggregateExpr') continue;
    names.push(text.slice(parent.from, parent.to).match(/^\w+/)?.[0] ?? '');
  }
  return names;
}
