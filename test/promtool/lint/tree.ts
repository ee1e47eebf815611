import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** A node of a query, with its text. */
export interface Node {
  readonly kind: string;
  readonly text: string;
  readonly children: readonly Node[];
}

export function treeOf(expr: string): Node {
  const node = (at: SyntaxNode): Node => {
    const children: Node[] = [];
    for (let child = at.firstChild; child; child = child.nextSibling) {
      if (child.name !== 'LineComment') children.push(node(child));
    }
    return { kind: at.name, text: expr.slice(at.from, at.to), children };
  };
  const [top] = node(parser.parse(expr).topNode).children;
  if (top === undefined) throw new SyntaxError(`Expected a query, got ${JSON.stringify(expr)}`);
  return top;
}

export function* every(node: Node, kind?: string): Generator<Node> {
  if (kind === undefined || node.kind === kind) yield node;
  for (const child of node.children) yield* every(child, kind);
}

export function first(node: Node, kind: string): Node | undefined {
  return node.children.find((child) => child.kind === kind);
}

const OPERATORS = ['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Atan2'];
const COMPARISONS = ['Eql', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte'];
const SETS = ['And', 'Or', 'Unless'];

export interface Binary {
  readonly kind: 'arithmetic' | 'comparison' | 'set';
  readonly op: string;
  readonly left: Node;
  readonly right: Node;
  /** The labels of `on (...)`, if there is one. */
  readonly on?: readonly string[];
  readonly bool: boolean;
}

export function binaryOf(node: Node): Binary | undefined {
  if (node.kind !== 'BinaryExpr') return undefined;
  const [left, right] = [node.children[0], node.children.at(-1)] as [Node, Node];
  const operator = node.children.slice(1, -1).find((child) => isOperator(child.kind));
  const op = operator?.kind ?? '';
  const matching = first(node, 'MatchingModifierClause');
  const kind = SETS.includes(op) ? 'set' : OPERATORS.includes(op) ? 'arithmetic' : 'comparison';
  return {
    kind,
    op,
    left,
    right,
    ...(matching && first(matching, 'On') ? { on: labelsIn(matching) } : {}),
    bool: first(node, 'BoolModifier') !== undefined,
  };
}

function isOperator(kind: string): boolean {
  return [...OPERATORS, ...COMPARISONS, ...SETS].includes(kind);
}

/** The labels of a grouping or a matching. */
export function labelsIn(node: Node): string[] {
  return [...every(node)]
    .filter(({ kind }) => kind === 'LabelName' || kind === 'QuotedLabelName')
    .map(({ text }) => unquoted(text));
}

export function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** The name of the metric that a selector selects. */
export function metricOf(selector: Node): string {
  const quoted = [...every(selector, 'QuotedLabelName')].find(({ text }) => text.startsWith('"'));
  return first(selector, 'Identifier')?.text ?? unquoted(quoted?.text ?? '');
}

export function matchersOf(selector: Node): { label: string; op: string; value: string }[] {
  return [...every(selector)]
    .filter(({ kind }) => kind === 'UnquotedLabelMatcher' || kind === 'QuotedLabelMatcher')
    .map(({ children }) => {
      const [label = '', op = '', value = ''] = children.map(({ text }) => text);
      return { label: unquoted(label), op, value: unquoted(value) };
    });
}

/** The arguments of a function or an aggregation. */
export function argumentsOf(node: Node): readonly Node[] {
  return first(node, 'FunctionCallBody')?.children ?? [];
}
