import fc from '../../support/fast-check.ts';
import { often, policies, type Range } from './arbitrary-policies.ts';
import { turns } from './arbitrary-turns.ts';
import { describeScenario } from './describe.ts';
import { EVENTS } from './policies.ts';
import type {
  DecoratorSpec,
  Node,
  PolicySpec,
  Scenario,
  StackSpec,
  ThrowingListener,
} from './scenario.ts';
import { SIGNALS } from './world.ts';

/** @param before stacks that were built before and may be part of this one */
function root(policies: number, before: number): fc.Arbitrary<Node> {
  const policy = fc.record({ policy: fc.nat({ max: policies - 1 }) });
  const nested = fc.record({ wrap: fc.array(policy, { minLength: 1, maxLength: 2 }) });
  const member: fc.Arbitrary<Node> = fc.oneof(
    often(10, policy),
    often(2, nested),
    ...(before > 0 ? [often(3, fc.record({ stack: fc.nat({ max: before - 1 }) }))] : []),
  );
  const inOrder = fc
    .subarray([...Array(policies).keys()], { minLength: 1 })
    .map((members) => ({ wrap: members.map((member) => ({ policy: member })) }));
  return fc.oneof(
    often(1, policy),
    often(2, inOrder),
    often(3, fc.record({ wrap: fc.array(member, { minLength: 1, maxLength: 5 }) })),
  );
}

/** One stack, or two that may have policies in common. */
function stacks(policies: number): fc.Arbitrary<StackSpec[]> {
  const name = fc.constantFrom('one', 'two');
  const first = fc.record({ root: root(policies, 0), name });
  const second = fc.record({ root: root(policies, 1), name });
  return fc
    .tuple(first, fc.option(second))
    .map(([one, second]) => (second === null ? [one] : [one, second]));
}

/** Safe to throw in: in the others cockatiel itself hangs (3.x) or ends the process. */
const MAY_THROW = [
  'onSuccess',
  'onFailure',
  'onRetry',
  'onGiveUp',
  'onReject',
  'onBreak',
  'onReset',
];

function throwing(all: readonly PolicySpec[]): fc.Arbitrary<ThrowingListener | undefined> {
  const places = all.flatMap((spec, policy) =>
    EVENTS[spec.type]
      .filter((event) => MAY_THROW.includes(event))
      .map((event) => ({ policy, event })),
  );
  if (places.length === 0) return fc.constant(undefined);
  const one = fc
    .tuple(fc.constantFrom(...places), fc.nat({ max: 2 }))
    .map(([place, at]) => ({ ...place, at }));
  return fc.option(one, { nil: undefined, freq: 4 });
}

/**
 * Where something waits, a member that two stacks have, or that is called by itself, may be taken for
 * the call of another: so only in a single stack.
 */
function decorators(
  { foreign }: Range,
  all: readonly PolicySpec[],
  built: readonly StackSpec[],
): fc.Arbitrary<DecoratorSpec[]> {
  const isAlone = built.length === 1 && built.every(({ root }) => 'wrap' in root);
  const own = [...all.keys()].filter((key) => all[key]?.type !== 'noop');
  const targets = [
    ...own.map((policy) => ({ policy })),
    ...built.flatMap(({ root }, stack) => ('wrap' in root ? [{ stack }] : [])),
  ];
  if (targets.length === 0) return fc.constant([]);
  const kinds: DecoratorSpec['kind'][] = ['hands on', 'calls another'];
  if (foreign && isAlone) kinds.push('waits', 'awaits another');
  const one = fc.record({
    target: fc.constantFrom<DecoratorSpec['target'][]>(...targets),
    kind: fc.constantFrom(...kinds),
    isLater: fc.boolean(),
  });
  return fc.oneof(
    often(3, fc.constant<DecoratorSpec[]>([])),
    often(1, fc.array(one, { minLength: 1, maxLength: 2 })),
  );
}

/** A turn, mostly the one that is given. */
function mostly(turn: number, { midway }: Range): fc.Arbitrary<number> {
  if (!midway) return fc.constant(turn);
  return fc.oneof(often(3, fc.constant(turn)), often(1, fc.nat({ max: 6 })));
}

export function scenarios(range: Range): fc.Arbitrary<Scenario> {
  return policies(range)
    .chain((all) => fc.tuple(fc.constant(all), stacks(all.length)))
    .chain(([all, built]) => {
      const breakers = [...all.keys()].filter((key) => all[key]?.type === 'circuit breaker');
      return fc.record({
        policies: fc.constant(all),
        stacks: fc.constant(built),
        decorators: decorators(range, all, built),
        subclassed: fc.oneof(often(3, fc.constant([])), often(1, fc.subarray([...all.keys()]))),
        turns: turns({ range, stacks: built.length, breakers }),
        aborted: fc.subarray([SIGNALS - 1]),
        listeners: fc.constantFrom('none' as const, 'before' as const, 'after' as const),
        throwing: range.throwing ? throwing(all) : fc.constant(undefined),
        errorType: fc.constantFrom('default' as const, 'names' as const, 'throws' as const),
        instrumentedAt: mostly(0, range),
        uninstrumentedAt: mostly(Number.MAX_SAFE_INTEGER, range),
      });
    })
    .filter(isAffordable)
    .map(readable);
}

/** Retries of retries multiply. */
const MOST_CALLS = 40;

function isAffordable({ policies: all, stacks: built }: Scenario): boolean {
  const callsOf = (node: Node): number => {
    if ('wrap' in node) return node.wrap.map(callsOf).reduce((product, item) => product * item, 1);
    if ('stack' in node) return callsOf(built[node.stack]?.root as Node);
    const spec = all[node.policy];
    if (spec?.type === 'retry') return spec.maxAttempts + 1;
    return spec?.type === 'custom' && spec.style === 'again' ? 2 : 1;
  };
  return built.every((stack) => callsOf(stack.root) <= MOST_CALLS);
}

/** Makes fast-check print a counterexample as a story. */
function readable(scenario: Scenario): Scenario {
  return Object.defineProperty(scenario, fc.toStringMethod, {
    value: () => describeScenario(scenario),
  });
}
