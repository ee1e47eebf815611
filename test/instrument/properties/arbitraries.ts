import fc from 'fast-check';
import { describeScenario } from './describe.ts';
import { ERRORS, VALUES } from './materials.ts';
import { EVENTS } from './policies.ts';
import type {
  Action,
  AnswerSpec,
  BackoffSpec,
  Behaviour,
  BreakerSpec,
  FilterSpec,
  Node,
  PolicySpec,
  Scenario,
  StackSpec,
  ThrowingListener,
  Turn,
} from './scenario.ts';
import { SIGNALS } from './world.ts';

/** What a scenario may hold. */
export interface Range {
  /** Listeners, filters and backoffs of the user's may throw. */
  readonly throwing: boolean;
  /** Policies may be instrumented, and no more be so, while calls run. */
  readonly midway: boolean;
  /** Policies of the user's own, and functions that call a stack themselves. */
  readonly foreign: boolean;
}

const ms = fc.constantFrom(0, 1, 2, 3, 5, 10);
const ok = fc.boolean();
const index = fc.nat({ max: VALUES - 1 });
const settled = { ok, index };
/** Failures are what policies are about. */
const failed = { ok: fc.constant(false), index: fc.nat({ max: ERRORS - 1 }) };

function filter({ throwing }: Range): fc.Arbitrary<FilterSpec> {
  return fc.record({
    errors: fc.oneof(
      { weight: 2, arbitrary: fc.constant([...Array(ERRORS).keys()]) },
      { weight: 1, arbitrary: fc.subarray([...Array(ERRORS).keys()]) },
    ),
    others: fc.boolean(),
    results: fc.subarray([...Array(VALUES).keys()], { maxLength: 2 }),
    throwsFor: throwing
      ? fc.option(fc.nat({ max: ERRORS - 1 }), { nil: undefined, freq: 8 })
      : fc.constant(undefined),
  });
}

function backoff({ throwing }: Range): fc.Arbitrary<BackoffSpec> {
  return fc.oneof(
    fc.record({ kind: fc.constant('default' as const) }),
    fc.record({ kind: fc.constant('constant' as const), ms }),
    fc.record({ kind: fc.constant('exponential' as const), ms: fc.constantFrom(1, 2) }),
    fc.record({
      kind: fc.constant('iterable' as const),
      ms: fc.array(ms, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('delegate' as const),
      ms,
      throws: throwing ? fc.boolean() : fc.constant(false),
    }),
  );
}

const breaker: fc.Arbitrary<BreakerSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('consecutive' as const),
    threshold: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('sampling' as const),
    threshold: fc.constantFrom(0.2, 0.5),
    duration: fc.constantFrom(10, 1000),
  }),
  fc.record({
    kind: fc.constant('count' as const),
    threshold: fc.constantFrom(0.2, 0.5),
    size: fc.integer({ min: 1, max: 4 }),
  }),
);

const answer: fc.Arbitrary<AnswerSpec> = fc.oneof(
  fc.record({ kind: fc.constant('value' as const), value: index }),
  fc.record({ kind: fc.constant('function' as const), ...settled }),
  fc.record({ kind: fc.constant('later' as const), ...settled, ms }),
  fc.record({ kind: fc.constant('never' as const) }),
);

function policy(range: Range): fc.Arbitrary<PolicySpec> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('retry' as const),
        filter: filter(range),
        maxAttempts: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 3 }) }, fc.constant(12)),
        backoff: backoff(range),
        unref: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('circuit breaker' as const),
        filter: filter(range),
        halfOpenAfter: fc.constantFrom(0, 1, 3, 8),
        breaker,
        halfOpenSampling: fc.option(
          fc.record({
            calls: fc.integer({ min: 1, max: 3 }),
            threshold: fc.constantFrom(0, 0.4, 0.5),
          }),
          { nil: undefined },
        ),
        initial: fc.oneof(
          { weight: 8, arbitrary: fc.constant('closed' as const) },
          { weight: 1, arbitrary: fc.constantFrom('open' as const, 'isolated' as const) },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('timeout' as const),
        ms,
        aggressive: fc.boolean(),
        abortOnReturn: fc.boolean(),
        unref: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('bulkhead' as const),
        capacity: fc.constantFrom(0, 1, 1, 2),
        queue: fc.nat({ max: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('fallback' as const),
        filter: filter(range),
        answer,
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('noop' as const) }) },
    {
      weight: range.foreign ? 1 : 0,
      arbitrary: fc.record({
        type: fc.constant('custom' as const),
        style: fc.constantFrom('sync', 'async', 'late', 'again'),
      }),
    },
  );
}

/** The stacks before it may be part of a stack. */
function root(policies: number, stacks: number): fc.Arbitrary<Node> {
  const one = fc.record({ policy: fc.nat({ max: policies - 1 }) });
  const member: fc.Arbitrary<Node> =
    stacks === 0
      ? one
      : fc.oneof(
          { weight: 4, arbitrary: one },
          { weight: 1, arbitrary: fc.record({ stack: fc.nat({ max: stacks - 1 }) }) },
        );
  const nested = fc.record({ wrap: fc.array(one, { minLength: 1, maxLength: 2 }) });
  return fc.oneof(
    { weight: 1, arbitrary: one },
    {
      weight: 5,
      arbitrary: fc.record({
        wrap: fc.array(
          fc.oneof({ weight: 5, arbitrary: member }, { weight: 1, arbitrary: nested }),
          { minLength: 1, maxLength: 5 },
        ),
      }),
    },
  );
}

const name = fc.constantFrom('one', 'two');

function stacks(policies: number): fc.Arbitrary<StackSpec[]> {
  return fc
    .tuple(
      fc.record({ root: root(policies, 0), name }),
      fc.option(fc.record({ root: root(policies, 1), name })),
    )
    .map(([first, second]) => (second ? [first, second] : [first]));
}

function behaviour({ foreign }: Range, stackCount: number): fc.Arbitrary<Behaviour> {
  const plain: fc.Arbitrary<Behaviour> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('at once' as const), ...settled }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('at once' as const), ...failed }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('hops' as const),
        ...settled,
        hops: fc.nat({ max: 4 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('later' as const), ...settled, ms }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('later' as const), ...failed, ms }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('never' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('on abort' as const), ...settled }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('by hand' as const),
        ...settled,
        gate: fc.nat({ max: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('thenable' as const),
        ...settled,
        when: fc.oneof(ms, fc.constantFrom('at once' as const, 'on abort' as const)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('aborts' as const),
        ...settled,
        signal: fc.nat({ max: SIGNALS - 1 }),
        async: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('subclass' as const), ...settled, ms }) },
  );
  return fc.oneof(
    { weight: 20, arbitrary: plain },
    {
      weight: foreign ? 1 : 0,
      arbitrary: fc.record({
        kind: fc.constant('calls' as const),
        stack: fc.nat({ max: stackCount - 1 }),
        then: plain,
      }),
    },
  );
}

function action(
  range: Range,
  breakers: readonly number[],
  stackCount: number,
): fc.Arbitrary<Action> {
  const signal = fc.nat({ max: SIGNALS - 1 });
  const call = fc.record({
    do: fc.constant('call' as const),
    stack: fc.nat({ max: stackCount - 1 }),
    signal: fc.option(signal, { nil: undefined, freq: 2 }),
    ignored: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    function: fc.array(behaviour(range, stackCount), { minLength: 1, maxLength: 3 }),
  });
  return fc.oneof(
    { weight: 12, arbitrary: call },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), signal }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('open gate' as const),
        gate: fc.nat({ max: 2 }),
      }),
    },
    ...(breakers.length === 0
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.record({
              do: fc.constant('isolate' as const),
              policy: fc.constantFrom(...breakers),
            }),
          },
          {
            weight: 1,
            arbitrary: fc.record({
              do: fc.constant('release' as const),
              handle: fc.nat({ max: 1 }),
            }),
          },
        ]),
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('set clock' as const),
        ms: fc.constantFrom(-3, 5),
      }),
    },
  );
}

function turn(range: Range, breakers: readonly number[], stackCount: number): fc.Arbitrary<Turn> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        actions: fc.array(action(range, breakers, stackCount), { minLength: 1, maxLength: 4 }),
        hops: fc.nat({ max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ advance: fc.constantFrom(0, 1, 2, 3, 5, 10) }) },
  );
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

function throwing(policies: readonly PolicySpec[]): fc.Arbitrary<ThrowingListener | undefined> {
  const places = policies.flatMap((spec, policy) =>
    EVENTS[spec.type]
      .filter((event) => MAY_THROW.includes(event))
      .map((event) => ({ policy, event })),
  );
  if (places.length === 0) return fc.constant(undefined);
  return fc.option(
    fc
      .tuple(fc.constantFrom(...places), fc.nat({ max: 2 }))
      .map(([place, at]) => ({ ...place, at })),
    { nil: undefined, freq: 4 },
  );
}

export function scenarios(range: Range): fc.Arbitrary<Scenario> {
  const turnNumber = fc.nat({ max: 6 });
  return fc
    .array(policy(range), { minLength: 1, maxLength: 5 })
    .chain((policies) => fc.tuple(fc.constant(policies), stacks(policies.length)))
    .chain(([policies, all]) => {
      const breakers = [...policies.keys()].filter(
        (each) => policies[each]?.type === 'circuit breaker',
      );
      return fc.record({
        policies: fc.constant(policies),
        stacks: fc.constant(all),
        turns: fc.array(turn(range, breakers, all.length), { minLength: 1, maxLength: 12 }),
        aborted: fc.subarray([SIGNALS - 1]),
        listeners: fc.constantFrom('none' as const, 'before' as const, 'after' as const),
        throwing: range.throwing ? throwing(policies) : fc.constant(undefined),
        errorType: fc.constantFrom('default' as const, 'names' as const, 'throws' as const),
        instrumentedAt: range.midway
          ? fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, turnNumber)
          : fc.constant(0),
        uninstrumentedAt: range.midway
          ? fc.oneof({ weight: 3, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) }, turnNumber)
          : fc.constant(Number.MAX_SAFE_INTEGER),
      });
    })
    .filter(isAffordable)
    .map(readable);
}

/** Retries of retries multiply. */
const MOST_CALLS = 40;

function isAffordable({ policies, stacks }: Scenario): boolean {
  const callsOf = (node: Node): number => {
    if ('wrap' in node) return node.wrap.map(callsOf).reduce((all, each) => all * each, 1);
    if ('stack' in node) return callsOf(stacks[node.stack]?.root as Node);
    const spec = policies[node.policy];
    if (spec?.type === 'retry') return spec.maxAttempts + 1;
    return spec?.type === 'custom' && spec.style === 'again' ? 2 : 1;
  };
  return stacks.every(({ root }) => callsOf(root) <= MOST_CALLS);
}

/** Makes fast-check print a counterexample as a story. */
function readable(scenario: Scenario): Scenario {
  return Object.defineProperty(scenario, fc.toStringMethod, {
    value: () => describeScenario(scenario),
  });
}
