import fc from '../../support/fast-check.ts';
import { ERRORS, VALUES } from './materials.ts';
import type { AnswerSpec, BackoffSpec, BreakerSpec, FilterSpec, PolicySpec } from './scenario.ts';

/** What a scenario may hold. */
export interface Range {
  /** Listeners, filters and backoffs of the user's may throw. */
  readonly throwing: boolean;
  /** Policies may be instrumented, and no more be so, while calls run. */
  readonly midway: boolean;
  /** Policies of the user's own, and functions that call a stack themselves. */
  readonly foreign: boolean;
  /** Test doubles, of which nobody knows what is to be counted. */
  readonly doubles?: boolean;
}

/** Few and small, so that things meet. */
export const MS = fc.constantFrom(0, 1, 2, 3, 5, 10);

/** How a function may end; failures are what policies are about. */
export const ENDS = { ok: fc.boolean(), index: fc.nat({ max: VALUES - 1 }) };
export const FAILS = { ok: fc.constant(false), index: fc.nat({ max: ERRORS - 1 }) };

const ALL_ERRORS = [...Array(ERRORS).keys()];
const ALL_VALUES = [...Array(VALUES).keys()];

/** One case of a union. */
export const kind = <K extends string, R extends object>(
  name: K,
  rest: { [P in keyof R]: fc.Arbitrary<R[P]> },
) => fc.record({ kind: fc.constant(name), ...rest }) as fc.Arbitrary<{ kind: K } & R>;

const type = <T extends PolicySpec['type'], R extends object>(
  name: T,
  rest: { [P in keyof R]: fc.Arbitrary<R[P]> },
) => fc.record({ type: fc.constant(name), ...rest }) as fc.Arbitrary<{ type: T } & R>;

/** A case that comes so often. */
export const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

function filter({ throwing }: Range): fc.Arbitrary<FilterSpec> {
  return fc.record({
    errors: fc.oneof(often(2, fc.constant(ALL_ERRORS)), often(1, fc.subarray(ALL_ERRORS))),
    others: fc.boolean(),
    results: fc.subarray(ALL_VALUES, { maxLength: 2 }),
    throwsFor: throwing
      ? fc.option(fc.nat({ max: ERRORS - 1 }), { nil: undefined, freq: 8 })
      : fc.constant(undefined),
  });
}

function backoff({ throwing }: Range): fc.Arbitrary<BackoffSpec> {
  return fc.oneof(
    kind('default', {}),
    kind('constant', { ms: MS }),
    kind('exponential', { ms: fc.constantFrom(1, 2) }),
    kind('iterable', { ms: fc.array(MS, { minLength: 1, maxLength: 3 }) }),
    kind('delegate', { ms: MS, throws: throwing ? fc.boolean() : fc.constant(false) }),
  );
}

const breaker: fc.Arbitrary<BreakerSpec> = fc.oneof(
  kind('consecutive', { threshold: fc.integer({ min: 1, max: 3 }) }),
  kind('sampling', { threshold: fc.constantFrom(0.2, 0.5), duration: fc.constantFrom(10, 1000) }),
  kind('count', { threshold: fc.constantFrom(0.2, 0.5), size: fc.integer({ min: 1, max: 4 }) }),
);

const answer: fc.Arbitrary<AnswerSpec> = fc.oneof(
  kind('value', { value: fc.nat({ max: VALUES - 1 }) }),
  kind('function', ENDS),
  kind('later', { ...ENDS, ms: MS }),
  kind('never', {}),
);

/** The kinds of policies, each in any shape. */
function policyKinds(range: Range) {
  return {
    fallback: type('fallback', { filter: filter(range), answer }),
    retry: type('retry', {
      filter: filter(range),
      maxAttempts: fc.oneof(often(5, fc.nat({ max: 3 })), often(1, fc.constant(12))),
      backoff: backoff(range),
      unref: fc.boolean(),
    }),
    circuitBreaker: type('circuit breaker', {
      filter: filter(range),
      halfOpenAfter: fc.constantFrom(0, 1, 3),
      breaker,
      halfOpenSampling: fc.option(
        fc.record({ calls: fc.integer({ min: 1, max: 3 }), threshold: fc.constantFrom(0, 0.5) }),
        { nil: undefined },
      ),
      initial: fc.oneof(
        often(8, fc.constant('closed' as const)),
        often(1, fc.constantFrom('open' as const, 'isolated' as const)),
      ),
    }),
    bulkhead: type('bulkhead', {
      capacity: fc.constantFrom(0, 1, 1, 2),
      queue: fc.nat({ max: 2 }),
    }),
    timeout: type('timeout', {
      ms: MS,
      aggressive: fc.boolean(),
      abortOnReturn: fc.boolean(),
      unref: fc.boolean(),
    }),
    noop: type('noop', {}),
    custom: type('custom', {
      style: fc.constantFrom('sync', 'async', 'late', 'again', 'drops'),
      shape: range.doubles
        ? fc.constantFrom('own', 'circuit breaker', 'retry', 'timeout', 'bulkhead', 'fallback')
        : fc.constant('own'),
    }),
  };
}

/** Any policies, or the five of a usual stack, outermost first. */
export function policies(range: Range): fc.Arbitrary<PolicySpec[]> {
  const { fallback, retry, circuitBreaker, bulkhead, timeout, noop, custom } = policyKinds(range);
  const any: fc.Arbitrary<PolicySpec> = fc.oneof(
    often(4, retry),
    often(5, circuitBreaker),
    often(4, timeout),
    often(3, bulkhead),
    often(3, fallback),
    often(1, noop),
    ...(range.foreign ? [often(2, custom)] : []),
  );
  return fc.oneof(
    often(2, fc.array(any, { minLength: 1, maxLength: 5 })),
    often(1, fc.tuple(fallback, retry, circuitBreaker, bulkhead, timeout)),
  );
}
