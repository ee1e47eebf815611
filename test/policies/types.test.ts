import type { CircuitBreakerPolicy, IDefaultPolicyContext, IPolicy } from 'cockatiel';
import { wrap } from 'cockatiel';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createPolicy,
  type FallbackStrategy,
  policyFor,
  type ResilientPolicy,
} from '../../src/policies/index.ts';

const fallback: FallbackStrategy<string> = { type: 'value', answer: () => 'instead' };

/** The compiler is the judge here: `npm run lint` fails where a type is another. */
describe('the types of a policy', () => {
  it("have the type of the function's result", async () => {
    const policy = createPolicy('service');
    expectTypeOf(policy).toEqualTypeOf<ResilientPolicy<never>>();
    expectTypeOf(policy.execute(() => 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(policy.execute(async () => ({ id: 5 }))).toEqualTypeOf<Promise<{ id: number }>>();
    expect(await policy.execute(({ signal }) => signal.aborted)).toBe(false);
  });

  it("include the type of the fallback's value", () => {
    const policy = createPolicy('service', 'http', { fallback });
    expectTypeOf(policy).toEqualTypeOf<ResilientPolicy<string>>();
    expectTypeOf(policy.execute(() => 5)).toEqualTypeOf<Promise<number | string>>();
    const retained = policyFor('service', { overrides: { fallback } });
    expectTypeOf(retained.execute(() => 5)).toEqualTypeOf<Promise<number | string>>();
  });

  it('are those of a policy of cockatiel, so that wrap takes it', async () => {
    const policy = createPolicy('service');
    expectTypeOf(policy).toExtend<IPolicy<IDefaultPolicyContext>>();
    expectTypeOf(policy.circuitBreaker).toEqualTypeOf<CircuitBreakerPolicy | undefined>();
    const both = wrap(policy, createPolicy('inside'));
    expectTypeOf(both.execute(() => 5)).toEqualTypeOf<Promise<number>>();
    expect(await both.execute(() => 5)).toBe(5);
  });

  it('reject unknown members', () => {
    // @ts-expect-error: no such preset
    expect(() => createPolicy('service', 'entreprise')).toThrow();
    // @ts-expect-error: the documents' word is calls
    expect(() => createPolicy('service', 'http', { retry: { maxAttempts: 2 } })).toThrow();
    // @ts-expect-error: settings are read only
    expect(() => Object.assign(createPolicy('service').settings, {}).order.push('retry')).toThrow();
  });
});
