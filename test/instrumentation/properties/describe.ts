import type { Action, Behaviour, FilterSpec, Node, PolicySpec, Scenario } from './scenario.ts';

/** A scenario as a story that a person can follow, and type in again. */
export function describeScenario(scenario: Scenario): string {
  const { policies, stacks, turns, aborted, ...rest } = scenario;
  return [
    '',
    ...policies.map((spec, index) => `  policy ${index}: ${describePolicy(spec)}`),
    ...stacks.map(({ root, name }, index) => `  stack ${index} "${name}": ${describeNode(root)}`),
    ...aborted.map((signal) => `  signal ${signal} is aborted`),
    `  ${JSON.stringify(rest)}`,
    ...turns.map((turn, index) =>
      'advance' in turn
        ? `  turn ${index}: ${turn.advance} ms pass`
        : `  turn ${index}: ${turn.actions.map(describeAction).join(`; ${turn.hops} hops; `)}`,
    ),
    '',
  ].join('\n');
}

function describePolicy({ type, ...rest }: PolicySpec): string {
  return `${type} ${JSON.stringify(rest, (key, value) => (key === 'filter' ? describeFilter(value) : value))}`;
}

function describeFilter({ errors, others, results, throwsFor }: FilterSpec): string {
  return [
    `errors ${errors}`,
    ...(others ? ['other errors'] : []),
    ...(results.length > 0 ? [`values ${results}`] : []),
    ...(throwsFor === undefined ? [] : [`throws for ${throwsFor}`]),
  ].join(', ');
}

function describeNode(node: Node): string {
  if ('policy' in node) return String(node.policy);
  if ('stack' in node) return `stack ${node.stack}`;
  return `wrap(${node.wrap.map(describeNode).join(', ')})`;
}

function describeAction(action: Action): string {
  if (action.do !== 'call') {
    const { do: what, ...rest } = action;
    return `${what} ${Object.values(rest)}`;
  }
  const { stack, signal, ignored, function: behaviours } = action;
  return [
    `${ignored ? 'ignored ' : ''}call of stack ${stack}`,
    ...(signal === undefined ? [] : [`with signal ${signal}`]),
    `(${behaviours.map(describeBehaviour).join(', then ')})`,
  ].join(' ');
}

function describeBehaviour(behaviour: Behaviour): string {
  if (behaviour.kind === 'never') return 'never settles';
  if (behaviour.kind === 'calls') {
    return `calls stack ${behaviour.stack} (${describeBehaviour(behaviour.then)})`;
  }
  const { kind, ok, index, ...rest } = behaviour;
  return `${kind} ${Object.values(rest).join()} ${ok ? `value ${index}` : `error ${index}`}`;
}
