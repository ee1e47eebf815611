import { parser } from '@prometheus-io/lezer-promql';
import { parseQuery, type Selection } from '../../support/promql.ts';

/** A selection of series, and what is done with it. */
export interface Use extends Omit<Selection, 'grouping'> {
  /** The functions and aggregations around it, the nearest first. */
  readonly around: readonly string[];
  /** The range in its brackets, as it is written. */
  readonly range?: string;
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/** Durations that no query has, in the place of Grafana's variables. */
const DURATIONS = {
  $__rate_interval: '44444s',
  $__range: '55555s',
  $__interval: '66666s',
} as const;

/** @throws SyntaxError at what it does not understand */
export function usesIn(expr: string): Use[] {
  const text = Object.entries(DURATIONS).reduce(
    (all, [variable, stand]) => all.replaceAll(variable, stand),
    expr,
  );
  const { selections } = parseQuery(text);
  const uses: Omit<Use, 'metric' | 'matchers'>[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.name !== 'VectorSelector') return;
      const range = rangeOf(node, text);
      uses.push({ around: around(node, text), ...(range === undefined ? {} : { range }) });
    },
  });
  return selections.map(({ metric, matchers }, i) => ({
    metric,
    matchers,
    ...(uses[i] ?? { around: [] }),
  }));
}

function rangeOf({ parent }: Node, text: string): string | undefined {
  if (parent?.name !== 'MatrixSelector') return undefined;
  const [, range = ''] = text.slice(parent.from, parent.to).match(/\[([^\]]+)\]$/) ?? [];
  const [variable = range] = Object.entries(DURATIONS).find(([, stand]) => stand === range) ?? [];
  return variable;
}

function around(node: Node, text: string): string[] {
  const found: string[] = [];
  for (let each = node.parent; each; each = each.parent) {
    if (each.name !== 'FunctionCall' && each.name !== 'AggregateExpr') continue;
    found.push(text.slice(each.from, each.to).match(/^\w+/)?.[0] ?? '');
  }
  return found;
}
