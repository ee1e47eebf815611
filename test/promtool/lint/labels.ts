import { ATTR_POLICY_NAME } from '../../../src/semconv/attributes.ts';
import { METRICS } from '../../../src/semconv/metrics.ts';
import { labelName, metricName, type Naming } from '../../../src/semconv/prometheus.ts';
import { argumentsOf, binaryOf, first, labelsIn, metricOf, type Node, treeOf } from './tree.ts';

export interface Knowledge {
  readonly naming: Naming;
  /** The labels of each recorded series. */
  readonly recorded: Readonly<Record<string, string>>;
  /** Called for a combination that cannot occur. */
  readonly impossible: (what: string) => void;
}

type Labels = ReadonlySet<string>;

/** The labels that every result of an expression has; undefined for a number. */
export function labelsOf(node: Node, known: Knowledge): Labels | undefined {
  const binary = binaryOf(node);
  if (binary) {
    const left = labelsOf(binary.left, known);
    const right = labelsOf(binary.right, known);
    if (!left || !right) return left ?? right;
    // The right side of `and on (...)` may combine series with different labels.
    if (binary.op !== 'Or') matched(binary.on, left, right, known, node.text);
    return binary.op === 'Or' ? both(left, right) : left;
  }
  switch (node.kind) {
    case 'VectorSelector':
      return ofMetric(metricOf(node), known);
    case 'AggregateExpr': {
      const inner = argumentsOf(node)
        .map((argument) => labelsOf(argument, known))
        .find((argument) => argument);
      const by = labelsIn(first(node, 'AggregateModifier') ?? node);
      for (const label of by.filter((label) => inner && !inner.has(label))) {
        known.impossible(`groups by ${label}, which is not there: ${node.text}`);
      }
      return new Set(by);
    }
    case 'NumberDurationLiteral':
      return undefined;
    default:
      return [...(node.kind === 'FunctionCall' ? argumentsOf(node) : node.children)]
        .map((item) => labelsOf(item, known))
        .find((item) => item);
  }
}

function matched(
  on: readonly string[] | undefined,
  left: Labels,
  right: Labels,
  known: Knowledge,
  text: string,
): void {
  if (on) {
    for (const label of on.filter((label) => !left.has(label) || !right.has(label))) {
      known.impossible(`matches on ${label}, which is not on both sides: ${text}`);
    }
  } else if (left.size !== right.size || both(left, right).size !== left.size) {
    known.impossible(`matches {${[...left]}} with {${[...right]}}: ${text}`);
  }
}

function both(left: Labels, right: Labels): Labels {
  return new Set([...left].filter((label) => right.has(label)));
}

function ofMetric(name: string, known: Knowledge): Labels {
  const expr = known.recorded[name];
  if (expr !== undefined) return labelsOf(treeOf(expr), known) ?? new Set();
  for (const metric of METRICS) {
    for (const part of [undefined, 'bucket', 'sum', 'count'] as const) {
      if (metricName(metric, known.naming, part) !== name) continue;
      const attributes = [metric.subject, ...Object.keys(metric.attributes)].map((item) =>
        labelName(item, known.naming),
      );
      return new Set(['job', 'instance', ...attributes, ...(part === 'bucket' ? ['le'] : [])]);
    }
  }
  // `ALERTS` has the labels of the alert.
  if (name === 'ALERTS') {
    return new Set(['job', 'instance', labelName(ATTR_POLICY_NAME, known.naming)]);
  }
  // A selector without a name: the labels that all metrics have.
  if (name === '') return new Set(['job', 'instance']);
  known.impossible(`no metric ${name}`);
  return new Set();
}

/** The names of counters and of the series of histograms. */
export function isCounter(name: string, naming: Naming): boolean {
  return METRICS.some(
    (metric) =>
      (metric.instrument === 'counter' && metricName(metric, naming) === name) ||
      (metric.instrument === 'histogram' &&
        (['bucket', 'sum', 'count'] as const).some(
          (part) => metricName(metric, naming, part) === name,
        )),
  );
}
