import { parser } from '@prometheus-io/lezer-promql';

/** What a query asks of the series of one metric. */
export interface Selection {
  readonly metric: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly op: string;
    readonly value: string;
  }[];
  /** Labels by which an aggregation around it groups. */
  readonly grouping: readonly string[];
}

export interface Query {
  readonly selections: readonly Selection[];
  /** The functions and aggregations in it, and `without` where there is one. */
  readonly words: ReadonlySet<string>;
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/**
 * Reads PromQL by the grammar of Prometheus' own editor.
 *
 * @throws SyntaxError at what it does not understand
 */
export function parseQuery(expr: string): Query {
  // Grafana puts a duration in the place of these.
  const text = expr.replace(/\$__(rate_interval|interval|range)\b/g, '5m');
  const selections: Selection[] = [];
  const words = new Set<string>();
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.type.isError) {
        throw new SyntaxError(`No PromQL at ${JSON.stringify(text.slice(node.from))}: ${text}`);
      }
      if (node.name === 'VectorSelector') selections.push(selectionOf(node, text));
      if (['FunctionIdentifier', 'AggregateOp', 'Without'].includes(node.name)) {
        words.add(textOf(node, text));
      }
    },
  });
  return { selections, words };
}

function selectionOf(selector: Node, text: string): Selection {
  const matchers = all(selector, ['UnquotedLabelMatcher', 'QuotedLabelMatcher']).map((matcher) => {
    const [label, op, value] = children(matcher).map((child) => textOf(child, text));
    return { label: unquoted(label), op: op ?? '', value: unquoted(value) };
  });
  const [name] = [
    ...children(selector).filter((child) => child.name === 'Identifier'),
    ...children(children(selector).find((child) => child.name === 'LabelMatchers')).filter(
      (child) => child.name === 'QuotedLabelName',
    ),
  ];
  const grouping: string[] = [];
  for (let node = selector.parent; node; node = node.parent) {
    if (node.name !== 'AggregateExpr') continue;
    const modifier = children(node).find((child) => child.name === 'AggregateModifier');
    const labels = modifier ? all(modifier, ['LabelName', 'QuotedLabelName']) : [];
    grouping.push(...labels.map((label) => unquoted(textOf(label, text))));
  }
  return { metric: unquoted(name && textOf(name, text)), matchers, grouping };
}

function children(node: Node | undefined): Node[] {
  const found: Node[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) found.push(child);
  return found;
}

/** The nodes of these names below one, but not below another of them. */
function all(node: Node, names: readonly string[]): Node[] {
  return children(node).flatMap((child) =>
    names.includes(child.name) ? [child] : all(child, names),
  );
}

function textOf(node: Node, text: string): string {
  return text.slice(node.from, node.to);
}

function unquoted(text = ''): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
